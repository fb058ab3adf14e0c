using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Compare;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>
/// The part of a datastore that an object or a row represents: all of it, a namespace, a group or a snapshot.
/// </summary>
/// <param name="Namespace">Null for the datastore as a whole.</param>
/// <param name="Group">Null for a whole namespace.</param>
/// <param name="Time">Unix seconds; null for a whole group.</param>
/// <param name="IsInside">
/// True for an object inside a snapshot, for instance a file; the other keys are those of its snapshot.
/// </param>
/// <param name="IsSum">True for a sum of several snapshots, which are not identified.</param>
internal sealed record StorePart(
    BackupNamespace? Namespace = null,
    GroupPath? Group = null,
    long? Time = null,
    bool IsInside = false,
    bool IsSum = false)
{
    // A row of an object inside a snapshot has one of these columns besides the snapshot's keys.
    private static readonly string[] InsideColumns = ["FileName", "Archive", "ItemPath", "Path"];

    // A row with one of these columns, filled or empty, is about something smaller than a datastore. "Path" is
    // excluded, because a datastore has one too.
    private static readonly string[] SmallerColumns =
        ["BackupType", "BackupId", "BackupTime", "Snapshot", "FileName", "Archive", "ItemPath"];

    // Rows of groups, namespaces and datastores each fill their own one of these columns.
    private static readonly string[] OwnColumns = ["BackupCount", "Depth", "IsAvailable"];

    /// <summary>The whole datastore.</summary>
    public static StorePart Whole { get; } = new();

    public bool IsWhole => Namespace is null && !IsSum;

    /// <summary>The snapshot; null for a larger part.</summary>
    public SnapshotPath? Snapshot =>
        Namespace is { } ns && Group is { } group && Time is { } time ? new SnapshotPath(ns, group, time) : null;

    /// <summary>Returns the part that an object represents.</summary>
    public static StorePart Of(IDatastoreItem item) => item switch
    {
        // The notes of a snapshot are not those of its group.
        NoteInfo { BackupTime: { } time } note => Of((IGroupItem)note) with { Time = time.ToUnixTimeSeconds() },
        ISnapshotItem snapshot => Of(snapshot.Snapshot) with { IsInside = LiesInside(item) },
        IGroupItem group => Of(group),
        INamespaceItem ns => new StorePart(ns.Location),
        SnapshotSetSpaceInfo => new StorePart(IsSum: true),
        _ => Whole,
    };

    /// <summary>
    /// Returns the part that a row represents, by its keys; null if a key is missing or the row has no datastore.
    /// </summary>
    /// <exception cref="PbsArgumentException">A key is invalid.</exception>
    public static StorePart? Of(PSObject row)
    {
        if (RowKeys.Text(row, "Datastore") is null) return null;
        string? type = RowKeys.Text(row, "BackupType"), id = RowKeys.Text(row, "BackupId");
        if (RowKeys.Has(row, "Snapshot") || RowKeys.Text(row, "BackupTime") is not null)
        {
            // An empty cell is not a snapshot, and never means everything.
            bool isInside = InsideColumns.Any(column => RowKeys.Has(row, column));
            return RowKeys.Snapshot(row) is { } snapshot ? Of(snapshot) with { IsInside = isInside } : null;
        }

        if (type is null != id is null || (type is null && IsOfSomethingSmaller(row))) return null;
        if (type is not null && !RowKeys.Has(row, "Namespace")) return null;
        if (OwnColumns.Any(column => RowKeys.IsBlank(row, column))) return null;
        if (IsRowOfSum(row)) return new StorePart(IsSum: true);
        BackupNamespace ns = BackupNamespace.Parse(RowKeys.Text(row, "Namespace") ?? "");
        if (type is not null) return new StorePart(ns, GroupPath.Parse($"{type}/{id}"));
        return RowKeys.Has(row, "Namespace") ? new StorePart(ns) : Whole;
    }

    // The space of a set of snapshots: their number is there, and no namespace. The row of a datastore has a number of
    // groups as well.
    private static bool IsRowOfSum(PSObject row) =>
        RowKeys.Has(row, "SnapshotCount") && !RowKeys.Has(row, "GroupCount") && !RowKeys.Has(row, "Namespace");

    private static bool IsOfSomethingSmaller(PSObject row) =>
        SmallerColumns.Any(column => RowKeys.Has(row, column));

    /// <summary>Whether a snapshot, group or namespace is in this part.</summary>
    /// <param name="ns">The namespace of the object, or the namespace itself.</param>
    /// <param name="group">Null for a namespace.</param>
    /// <param name="time">Null for a group.</param>
    public bool Contains(BackupNamespace ns, GroupPath? group, long? time)
    {
        if (Namespace is null) return true;
        if (Group is null) return ns.IsIn(Namespace);
        return ns.Equals(Namespace) && group == Group && (Time is null || time == Time);
    }

    public override string ToString()
    {
        if (Snapshot is { } snapshot) return snapshot.ToString();
        if (Namespace is null) return "";
        if (Group is not { } group) return Namespace.IsRoot ? "the root namespace" : Namespace.Text;
        return Namespace.IsRoot ? group.ToString() : $"{Namespace.DiskPath}/{group}";
    }

    private static StorePart Of(IGroupItem group) => new(group.Location, group.Group);

    private static StorePart Of(SnapshotPath snapshot) => new(snapshot.Namespace, snapshot.Group, snapshot.Time);

    private static bool LiesInside(IDatastoreItem item) => item
        is SnapshotFileInfo or CatalogItemInfo or ArchiveItemInfo or FileVersionInfo or SnapshotDifferenceInfo
        or ChunkReferenceInfo or ArchiveResultInfo or ContentGapInfo;
}
