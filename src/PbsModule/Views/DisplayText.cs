using System.Buffers;
using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Text;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;

namespace PbsModule.Views;

/// <summary>
/// Formats numbers and texts for tables, tooltips and messages. Objects keep raw values; only views use this class.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class DisplayText
{
    private const char Delete = '\u007f', FirstSign = '\u2400', SignOfDelete = '\u2421';

    /// <summary>
    /// Characters that control a terminal or change the direction of writing, except line feed and tab.
    /// </summary>
    private static readonly SearchValues<char> NotPlain = SearchValues.Create(
        [.. Enumerable
            .Range(0, 0xA0)
            .Select(c => (char)c)
            .Where(c => char.IsControl(c)
                && c is not ('\n'
                    or '\t')), .. "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]);

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>
    /// Formats a size with three significant digits and a unit, <c>16.5 MiB</c>; empty for an unknown size.
    /// </summary>
    public static string Size(long? bytes) => Size(bytes, CultureInfo.CurrentCulture);

    internal static string Size(long? bytes, CultureInfo culture)
    {
        if (bytes is not { } size) return "";
        double value = size;
        int unit = 0;
        while (Math.Abs(value) >= 1000 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(format, culture)} {Units[unit]}";
    }

    /// <summary>
    /// Formats the time since then in the largest useful unit: <c>45m</c>, <c>30h</c>, <c>12d</c>, <c>14mo</c>,
    /// <c>3y</c>.
    /// </summary>
    public static string Age(DateTimeOffset? time) => Age(time, TimeProvider.System);

    internal static string Age(DateTimeOffset? time, TimeProvider clock)
    {
        if (time is not { } then) return "";
        TimeSpan age = clock.GetUtcNow() - then;
        return age switch
        {
            { Ticks: < 0 } => "0s",
            { TotalMinutes: < 2 } => Invariant((long)age.TotalSeconds, "s"),
            { TotalHours: < 2 } => Invariant((long)age.TotalMinutes, "m"),
            { TotalDays: < 2 } => Invariant((long)age.TotalHours, "h"),
            { TotalDays: < 61 } => Invariant((long)age.TotalDays, "d"),
            { TotalDays: < 730.5 } => Invariant((long)(age.TotalDays / 30.4375), "mo"),
            _ => Invariant((long)(age.TotalDays / 365.25), "y"),
        };
    }

    /// <summary>
    /// Formats hours, minutes and seconds, after days if there are any: <c>0:00:12</c>, <c>3d 4:05:06</c>, <c>20d
    /// 4h</c>.
    /// </summary>
    public static string Duration(TimeSpan? duration) => duration is not { } time ? ""
        : time.Days >= 10 ? $"{Invariant(time.Days, "d")} {Invariant(time.Hours, "h")}"
        : (time.Days > 0 ? Invariant(time.Days, "d ") : "") + time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    /// <summary>Returns the first line of a text, in the form of <see cref="Plain"/>.</summary>
    public static string FirstLine(string? text) => Plain(text?.Split('\n', 2)[0].TrimEnd('\r'));

    /// <summary>
    /// Makes a text from a datastore, which anyone may have written, safe for a terminal. Control characters become
    /// visible signs (<c>␛[31m</c>), those that change the direction of writing become numbers (<c>\u202e</c>). Line
    /// feeds and tabs are kept.
    /// </summary>
    public static string Plain(object? text)
    {
        // Jobs and Import-Clixml return plain lists instead of lists of names.
        string plain = text is ArrayList names ? string.Join(", ", names.ToArray()) : text?.ToString() ?? "";
        if (!plain.AsSpan().ContainsAny(NotPlain)) return plain;
        var shown = new StringBuilder(plain.Length);
        for (int i = 0; i < plain.Length; i++)
        {
            char c = plain[i];
            if (c == '\r' && i + 1 < plain.Length && plain[i + 1] == '\n') continue;
            if (!NotPlain.Contains(c)) shown.Append(c);
            else if (c < ' ') shown.Append((char)(FirstSign + c));
            else if (c == Delete) shown.Append(SignOfDelete);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return shown.ToString();
    }

    /// <summary>Formats RFC 3339 in UTC, as in identity texts.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Formats the day in UTC, <c>2024-05-01</c>.</summary>
    public static string Day(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// Returns the location of an item: its datastore, and the namespace, snapshot and archive if it has them.
    /// </summary>
    public static string Place(object? item) => Plain(PlaceText.Of(item));

    /// <summary>
    /// Formats a datastore for a column: of a path that is too long the end is shown, because paths differ there.
    /// </summary>
    public static string Store(string datastore, int width)
    {
        string text = Plain(datastore);
        return text.Length <= width || !DatastoreResolver.IsPath(text)
            ? text
            : $"…{text.AsSpan(text.Length - width + 1)}";
    }

    /// <summary>Formats the size of a snapshot, or its incomplete state.</summary>
    public static string SnapshotSize(SnapshotInfo? snapshot) =>
        snapshot is null ? "" : SnapshotSize(snapshot.Finished, snapshot.Size);

    /// <inheritdoc cref="SnapshotSize(SnapshotInfo)"/>
    public static string SnapshotSize(bool finished, long? size) =>
        !finished ? "unfinished" : size is null ? "unreadable" : Size(size);

    /// <summary>Formats a verify state: <c>ok</c>, <c>failed</c>, empty for never verified.</summary>
    public static string Verify(VerifyState state) => state switch
    {
        VerifyState.Ok => "ok",
        VerifyState.Failed => "failed",
        _ => "",
    };

    /// <summary>
    /// Summarizes a verification: the first error and the number of errors, or the reason why the snapshot was skipped.
    /// </summary>
    public static string Findings(IEnumerable? errors, string? reason, double coverage)
    {
        // A job converts a deeply nested list to text.
        object[] all = errors is null or "" ? [] : errors is string text ? [text] : [.. errors.Cast<object>()];
        return Plain(all.Length switch
        {
            0 when !string.IsNullOrEmpty(reason) => reason,
            0 => coverage < 1 ? $"{coverage.ToString("P1", CultureInfo.CurrentCulture)} looked at" : "",
            1 => FaultOf(all[0]),
            int count => $"{count}: {FaultOf(all[0])}",
        });
    }

    /// <summary>
    /// Formats file and reason of an error, without the digest, for which a narrow column has no space; for an error
    /// from a job its text.
    /// </summary>
    private static string FaultOf(object error)
    {
        var row = PSObject.AsPSObject(error);
        return row.Properties["FileName"]?.Value is { } file ? $"{file}: {row.Properties["Reason"]?.Value}" : $"{row}";
    }

    /// <summary>Formats the marks of a snapshot: <c>P</c> protected, <c>E</c> encrypted.</summary>
    public static string Marks(bool isProtected, bool isEncrypted) =>
        (isProtected ? "P" : "") + (isEncrypted ? "E" : "");

    /// <summary>Formats the availability of a datastore.</summary>
    public static string State(string? maintenanceMode, string? problem, bool isAvailable) =>
        !string.IsNullOrEmpty(maintenanceMode) ? Plain(maintenanceMode)
        : !string.IsNullOrEmpty(problem) ? Plain(problem)
        : isAvailable ? "ok" : "not available";

    /// <summary>
    /// Formats a found datastore: <c>/mnt/usb/store (main)</c> with its registered name, and its problem if it has one.
    /// </summary>
    public static string Found(string? path, string? registeredName, string? problem)
    {
        string text = string.IsNullOrEmpty(registeredName) ? Plain(path) : $"{Plain(path)} ({Plain(registeredName)})";
        return string.IsNullOrEmpty(problem) ? text : $"{text}: {Plain(problem)}";
    }

    /// <summary>Formats a factor, <c>3.20×</c>; empty if there is none.</summary>
    public static string Factor(double? factor) => factor is not { } value ? "" :
        value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "0", CultureInfo.CurrentCulture) + "×";

    /// <summary>Formats a share of a whole as percent; small ones with up to three decimals.</summary>
    public static string Percent(double? part) => part is not { } value ? ""
        : (value * 100).ToString(Math.Abs(value) >= 0.1 ? "0" : "0.###", CultureInfo.CurrentCulture) + "%";

    /// <summary>Formats a metric in its unit: bytes, bytes or operations a second, or a share of time.</summary>
    public static string Metric(string? metric, double? value) => (metric, value) switch
    {
        (_, null) => "",
        ("io_ticks", _) => Percent(value),
        ("read_ios" or "write_ios", { } operations) => operations.ToString("0.0", CultureInfo.CurrentCulture) + "/s",
        ("s3/total/uploaded" or "s3/total/downloaded", { } bytes) => Size((long)bytes),
        ({ } counter, { } requests) when counter.StartsWith("s3/total/", StringComparison.Ordinal) =>
            requests.ToString("0", CultureInfo.CurrentCulture),
        ("read_bytes" or "write_bytes" or "s3/uploaded" or "s3/downloaded", { } bytes) => Size((long)bytes) + "/s",
        (_, { } bytes) => Size((long)bytes),
    };

    /// <summary>Formats the location of a difference: the path in the archive, or the start of its range.</summary>
    public static string Difference(string? path, long? offset) => !string.IsNullOrEmpty(path) ? Plain(path)
        : offset is { } start ? string.Create(CultureInfo.InvariantCulture, $"from {start} on")
        : "all of it";

    /// <summary>
    /// Formats the used share of a datastore, as df does: of the usable space, without the part that the file system
    /// reserves.
    /// </summary>
    public static string Use(DatastoreStatus? status) => Use(status?.Used, status?.Available, status?.Total);

    /// <inheritdoc cref="Use(DatastoreStatus)"/>
    public static string Use(long? used, long? available, long? total) => Share(used, used + available ?? total);

    /// <summary>Formats a part as percent of a whole.</summary>
    public static string Share(long? part, long? whole) => part is null || whole is null or 0
        ? ""
        : (100.0 * part.Value / whole.Value).ToString("0", CultureInfo.CurrentCulture) + "%";

    private static string Invariant(long count, string unit) => count.ToString(CultureInfo.InvariantCulture) + unit;
}
