using System.Globalization;
using System.Management.Automation;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Times;

namespace PbsModule.Binding;

/// <summary>Reads the columns of a row.</summary>
internal static class RowKeys
{
    public static bool Has(PSObject row, string name) => row.Properties[name] is not null;

    /// <summary>
    /// Whether a row has an empty column. Export-Csv writes the columns of the first object only: a column that is
    /// filled for all objects of one kind is empty in the row of another kind.
    /// </summary>
    public static bool IsBlank(PSObject row, string name) => Has(row, name) && Text(row, name) is null;

    /// <summary>
    /// Returns the snapshot of a row: by its identity text if the row has one, else by its keys. Null if a key is
    /// missing.
    /// </summary>
    /// <exception cref="PbsArgumentException">
    /// A key is invalid, the time is not exact, or the identity text and the keys name different snapshots.
    /// </exception>
    public static SnapshotPath? Snapshot(PSObject row)
    {
        if (IsBlank(row, "Snapshot")) return null;
        if (Text(row, "Snapshot") is not { } text) return Keys(row, row.Properties["BackupTime"]?.Value);
        SnapshotPath named = new SnapshotReference(text).Path;
        if (Contradicts(row, named))
        {
            string message = $"the row has '{text}' for its snapshot, and another one in its other columns";
            throw new PbsArgumentException(PbsErrorId.SnapshotPathInvalid, message, text);
        }

        return named;
    }

    /// <summary>
    /// Returns the text of a column in the invariant culture; null if the column does not exist or is empty.
    /// </summary>
    public static string? Text(PSObject row, string name) => ArgumentValues.Unwrap(row.Properties[name]?.Value) switch
    {
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        { } value when value.ToString() is { Length: > 0 } text => text,
        _ => null,
    };

    private static SnapshotPath? Keys(PSObject row, object? time)
    {
        // An empty namespace is the root. A row without the column may be in any namespace.
        if (time is null or "" || !Has(row, "Namespace")) return null;
        if (Text(row, "BackupType") is not { } type || Text(row, "BackupId") is not { } id) return null;
        if (TimeTransformationAttribute.Fault(time, wholeSeconds: true, out DateTimeOffset moment) is { } fault)
        {
            throw new PbsArgumentException(PbsErrorId.BackupTimeInvalid, fault, Text(row, "BackupTime"));
        }

        var ns = BackupNamespace.Parse(Text(row, "Namespace") ?? "");
        return new SnapshotPath(ns, GroupPath.Parse($"{type}/{id}"), moment.ToUnixTimeSeconds());
    }

    // A time that is not exact neither supports nor contradicts the identity text.
    private static bool Contradicts(PSObject row, SnapshotPath named) =>
        (Text(row, "BackupType") is { } type && type != named.Group.Type.Text())
        || (Text(row, "BackupId") is { } id && id != named.Group.Id)
        || (Has(row, "Namespace") && !BackupNamespace.Parse(Text(row, "Namespace") ?? "").Equals(named.Namespace))
        || (TimeValue.TryRead(row.Properties["BackupTime"]?.Value, out DateTimeOffset time)
            && time != DateTimeOffset.FromUnixTimeSeconds(named.Time));
}
