using System.Globalization;
using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Formats;
using PbsModule.Times;

namespace PbsModule.Abstractions;

/// <summary>The columns of a row.</summary>
internal static class RowKeys
{
    public static bool Has(PSObject row, string name) => row.Properties[name] is not null;

    /// <summary>
    /// Whether a row has a column with nothing in it. Export-Csv keeps the columns of the first object only: a column
    /// that each object of a kind fills is empty in the row of an object of another kind.
    /// </summary>
    public static bool IsBlank(PSObject row, string name) => Has(row, name) && Text(row, name) is null;

    /// <summary>
    /// The snapshot of a row: its identity text where the row has one, else its keys. Null where a key is missing.
    /// </summary>
    /// <exception cref="PbsArgumentException">
    /// A key is not valid, the time is not exact, or the identity text and the keys name different snapshots.
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

    /// <summary>The text of a column in no culture; null where there is no such column, or nothing in it.</summary>
    public static string? Text(PSObject row, string name) => ArgumentValues.Unwrap(row.Properties[name]?.Value) switch
    {
        IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
        { } value when value.ToString() is { Length: > 0 } text => text,
        _ => null,
    };

    private static SnapshotPath? Keys(PSObject row, object? time)
    {
        // An empty namespace is the root. A namespace that the row does not give may be any.
        if (time is null or "" || !Has(row, "Namespace")) return null;
        if (Text(row, "BackupType") is not { } type || Text(row, "BackupId") is not { } id) return null;
        if (TimeTransformationAttribute.Fault(time, wholeSeconds: true, out DateTimeOffset moment) is { } fault)
        {
            throw new PbsArgumentException(PbsErrorId.BackupTimeInvalid, fault, Text(row, "BackupTime"));
        }

        var ns = BackupNamespace.Parse(Text(row, "Namespace") ?? "");
        return new SnapshotPath(ns, GroupPath.Parse($"{type}/{id}"), moment.ToUnixTimeSeconds());
    }

    // A time that is not exact says nothing, neither for the identity text nor against it.
    private static bool Contradicts(PSObject row, SnapshotPath named) =>
        (Text(row, "BackupType") is { } type && type != named.Group.Type.Text())
        || (Text(row, "BackupId") is { } id && id != named.Group.Id)
        || (Has(row, "Namespace") && !BackupNamespace.Parse(Text(row, "Namespace") ?? "").Equals(named.Namespace))
        || (TimeValue.TryRead(row.Properties["BackupTime"]?.Value, out DateTimeOffset time)
            && time != DateTimeOffset.FromUnixTimeSeconds(named.Time));
}
