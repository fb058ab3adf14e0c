using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// The part of a datastore that an object or a row stands for: all of it, a namespace, a group or a snapshot.
/// </summary>
/// <param name="Namespace">Null for the datastore as a whole.</param>
/// <param name="Group">Null for a whole namespace.</param>
/// <param name="Time">Unix seconds; null for a whole group.</param>
/// <param name="IsInside">
/// True for something in a snapshot, for instance a file; the other keys are those of its snapshot.
/// </param>
/// <param name="IsSum">True for a sum of several snapshots, which does not say which they are.</param>
internal sealed record StorePart(
    BackupNamespace? Namespace = null,
    GroupPath? Group = null,
    long? Time = null,
    bool IsInside = false,
    bool IsSum = false)
{
    // A row of something in a snapshot has one of these beside the keys of the snapshot.
    private static readonly string[] InsideColumns = ["FileName", "Archive", "ItemPath", "Path"];

    // A row with one of these, filled or not, is about something smaller than a datastore. "Path" is not among them:
    // a datastore has one, too.
    private static readonly string[] SmallerColumns =
        ["BackupType", "BackupId", "BackupTime", "Snapshot", "FileName", "Archive", "ItemPath"];

    // Each group, namespace and datastore fills its own one of these.
    private static readonly string[] OwnColumns = ["BackupCount", "Depth", "IsAvailable"];

    /// <summary>The whole datastore.</summary>
    public static StorePart Whole { get; } = new();

    public bool IsWhole => Namespace is null && !IsSum;

    /// <summary>The snapshot that is meant; null for more than one.</summary>
    public SnapshotPath? Snapshot =>
        Namespace is { } ns && Group is { } group && Time is { } time ? new SnapshotPath(ns, group, time) : null;

    /// <summary>The part an object stands for.</summary>
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
    /// The part a row stands for, by its keys; null where a key is missing or the row says no datastore.
    /// </summary>
    /// <exception cref="PbsArgumentException">A key is not valid.</exception>
    public static StorePart? Of(PSObject row)
    {
        if (RowKeys.Text(row, "Datastore") is null) return null;
        string? type = RowKeys.Text(row, "BackupType"), id = RowKeys.Text(row, "BackupId");
        if (RowKeys.Has(row, "Snapshot") || RowKeys.Text(row, "BackupTime") is not null)
        {
            // An empty cell is no snapshot, and never everything.
            bool isInside = InsideColumns.Any(column => RowKeys.Has(row, column));
            return RowKeys.Snapshot(row) is { } snapshot ? Of(snapshot) with { IsInside = isInside } : null;
        }

        if (type is null != id is null || (type is null && IsOfSomethingSmaller(row))) return null;
        if (type is not null && !RowKeys.Has(row, "Namespace")) return null;
        if (OwnColumns.Any(column => RowKeys.IsBlank(row, column))) return null;
        BackupNamespace ns = BackupNamespace.Parse(RowKeys.Text(row, "Namespace") ?? "");
        if (type is not null) return new StorePart(ns, GroupPath.Parse($"{type}/{id}"));
        return RowKeys.Has(row, "Namespace") ? new StorePart(ns) : Whole;
    }

    private static bool IsOfSomethingSmaller(PSObject row) =>
        SmallerColumns.Any(column => RowKeys.Has(row, column));

    /// <summary>Whether a snapshot, group or namespace lies in this part.</summary>
    /// <param name="ns">Its namespace, or the namespace itself.</param>
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
