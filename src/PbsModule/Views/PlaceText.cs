using System.Management.Automation;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Compare;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Formats.Names;
using PbsModule.Times;

namespace PbsModule.Views;

/// <summary>
/// Makes the heading of a group of rows: the datastore of the items, and the namespace, snapshot or archive if they
/// have them. It reads the items' properties by name, so that items from a job or a file have headings too.
/// </summary>
internal static class PlaceText
{
    private const int LongestPath = 60;

    public static string Of(object? item)
    {
        if (item is null) return "";
        var row = PSObject.AsPSObject(item);
        string store = Text(row, "Datastore");
        return row.TypeNames[0].AsSpan(row.TypeNames[0].LastIndexOf('.') + 1) switch
        {
            nameof(SnapshotFileInfo) => $"{store}:{Snapshot(row)}",
            nameof(ContentGapInfo) => $"{store}:{Snapshot(row)}/{Text(row, "FileName")}",
            nameof(SnapshotDifferenceInfo) =>
                $"{store}:{Snapshot(row)}, compared with {Text(row, "ReferenceSnapshot")}",
            nameof(NoteInfo) => $"{store}:{row}",
            nameof(CatalogItemInfo) or nameof(ArchiveItemInfo) => $"{store}:{Snapshot(row)}, {Text(row, "Archive")}",
            nameof(FileVersionInfo) => $"{store}:{Group(row)}, {Shortened(Text(row, "Archive") + Text(row, "Path"))}",
            _ => Text(row, "Namespace") is { Length: > 0 } ns ? $"{store}, namespace {ns}" : store,
        };
    }

    private static string Snapshot(PSObject row)
    {
        bool hasTime = TimeValue.TryRead(row.Properties["BackupTime"]?.Value, out DateTimeOffset time);
        return $"{Group(row)}/{(hasTime ? DisplayText.Time(time) : "")}";
    }

    private static string Group(PSObject row)
    {
        string group = $"{Text(row, "BackupType")}/{Text(row, "BackupId")}";
        return Text(row, "Namespace") is { Length: > 0 } ns ? $"{BackupNamespace.Parse(ns).DiskPath}/{group}" : group;
    }

    private static string Text(PSObject row, string name) => row.Properties[name]?.Value?.ToString() ?? "";

    /// <summary>Shortens a long path to its start and end, because a heading has one line.</summary>
    private static string Shortened(string path) => path.Length <= LongestPath
        ? path
        : $"{path.AsSpan(0, LongestPath / 2)}…{path.AsSpan(path.Length - (LongestPath / 2) + 1)}";
}
