using System.Buffers;
using System.ComponentModel;
using System.Globalization;
using System.Text;
using PbsModule.Core.Administration;

namespace PbsModule.Views;

/// <summary>How numbers and texts read in tables, tooltips and messages. Objects keep raw values; only views come here.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class DisplayText
{
    private const int LongestPath = 60;

    private const char Delete = '\u007f', FirstSign = '\u2400', SignOfDelete = '\u2421';

    /// <summary>What controls a terminal, and what turns the direction of writing; not line feed and tab.</summary>
    private static readonly SearchValues<char> NotPlain = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(c => char.IsControl(c) && c is not ('\n' or '\t')), .. "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"]);

    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Three digits that count and a unit, <c>16.5 MiB</c>; empty for an unknown size.</summary>
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

    /// <summary>How long ago, in the largest unit that still says something: <c>45m</c>, <c>30h</c>, <c>12d</c>, <c>14mo</c>, <c>3y</c>.</summary>
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

    /// <summary>Hours, minutes and seconds, days in front where there are any: <c>0:00:12</c>, <c>3d 4:05:06</c>, <c>20d 4h</c>.</summary>
    public static string Duration(TimeSpan? duration) => duration is not { } time ? ""
        : time.Days >= 10 ? $"{Invariant(time.Days, "d")} {Invariant(time.Hours, "h")}"
        : (time.Days > 0 ? Invariant(time.Days, "d ") : "") + time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture);

    /// <summary>The first line of a text, as <see cref="Plain"/>.</summary>
    public static string FirstLine(string? text) => Plain(text?.Split('\n', 2)[0].TrimEnd('\r'));

    /// <summary>
    /// A text out of a datastore, which anybody may have written, with nothing in it that a terminal would obey: characters that are no
    /// text are shown as signs (<c>␛[31m</c>), those that turn the direction of writing as numbers (<c>\u202e</c>). Line feeds and tabs stay.
    /// </summary>
    public static string Plain(object? text)
    {
        string plain = text?.ToString() ?? "";
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

    /// <summary>RFC 3339 in UTC, as identity texts have it.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>The day in UTC, <c>2024-05-01</c>.</summary>
    public static string Day(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";

    /// <summary>Where an item lies: its datastore, and the namespace or snapshot where it has one; an entry of a catalog also its archive.</summary>
    public static string Place(object item) => Plain(PlaceOf(item));

    private static string PlaceOf(object item) => item switch
    {
        ISnapshotItem file when item is SnapshotFileInfo => $"{file.Store.Text}:{file.Snapshot}",
        ContentGapInfo gap => $"{gap.Datastore}:{((ISnapshotItem)gap).Snapshot}/{gap.FileName}",
        SnapshotDifferenceInfo difference => $"{difference.Datastore}:{((ISnapshotItem)difference).Snapshot}, compared with {difference.ReferenceSnapshot}",
        NoteInfo note => $"{note.Datastore}:{note}",
        CatalogItemInfo entry => $"{entry.Datastore}:{((ISnapshotItem)entry).Snapshot}, {entry.Archive}",
        ArchiveItemInfo entry => $"{entry.Datastore}:{((ISnapshotItem)entry).Snapshot}, {entry.Archive}",
        FileVersionInfo version => $"{version.Datastore}:{GroupOf(version)}, {Shortened(version.Archive + version.Path)}",
        INamespaceItem { Location.IsRoot: false } inside => $"{inside.Store.Text}, namespace {inside.Location}",
        IDatastoreItem store => store.Store.Text,
        _ => "",
    };

    /// <summary>A datastore in a column: of a path that is too long the end is shown, which tells one from another.</summary>
    public static string Store(string datastore, int width)
    {
        string text = Plain(datastore);
        return text.Length <= width || !PbsSession.IsPath(text) ? text : $"…{text.AsSpan(text.Length - width + 1)}";
    }

    private static string GroupOf(IGroupItem item) => item.Location.IsRoot ? item.Group.ToString() : $"{item.Location.DiskPath}/{item.Group}";

    /// <summary>Both ends of a long path; a heading has one line.</summary>
    private static string Shortened(string path) =>
        path.Length <= LongestPath ? path : $"{path.AsSpan(0, LongestPath / 2)}…{path.AsSpan(path.Length - (LongestPath / 2) + 1)}";

    /// <summary>Size of a snapshot, or that it is not complete.</summary>
    public static string SnapshotSize(SnapshotInfo snapshot) => snapshot switch
    {
        null => "",
        { Finished: false } => "unfinished",
        { Size: null } => "unreadable",
        _ => Size(snapshot.Size),
    };

    /// <summary><c>ok</c>, <c>failed</c>, empty for never verified.</summary>
    public static string Verify(VerifyState state) => state switch
    {
        VerifyState.Ok => "ok",
        VerifyState.Failed => "failed",
        _ => "",
    };

    /// <summary>What a verification found: the first fault and how many there are, or why it was passed over.</summary>
    public static string Findings(VerifyResult result) => Plain(FindingsOf(result));

    private static string FindingsOf(VerifyResult result) => result switch
    {
        null => "",
        { Errors.Count: 0 } => result.Reason ?? (result.Coverage < 1 ? $"{result.Coverage.ToString("P1", CultureInfo.CurrentCulture)} looked at" : ""),
        { Errors.Count: 1 } => $"{result.Errors[0].FileName}: {result.Errors[0].Reason}",
        _ => $"{result.Errors.Count}: {result.Errors[0].FileName}: {result.Errors[0].Reason}",
    };

    /// <summary>What sets a snapshot apart: <c>P</c> protected, <c>E</c> encrypted.</summary>
    public static string Marks(SnapshotInfo snapshot) => snapshot is null ? "" : (snapshot.Protected ? "P" : "") + (snapshot.Encrypted ? "E" : "");

    /// <summary>What a datastore can be used for now.</summary>
    public static string State(DatastoreInfo store) => store switch
    {
        null => "",
        { MaintenanceMode: { } mode } => Plain(mode),
        { Problem: { } problem } => Plain(problem),
        { IsAvailable: false } => "not available",
        _ => "ok",
    };

    /// <summary>How many times, <c>3.20×</c>; empty where there is none.</summary>
    public static string Factor(double? factor) => factor is not { } value ? "" : value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.CurrentCulture) + "×";

    /// <summary>A part of a whole in percent; small ones with what counts of them.</summary>
    public static string Percent(double? part) => part is not { } value ? ""
        : (value * 100).ToString(Math.Abs(value) >= 0.1 ? "0" : "0.###", CultureInfo.CurrentCulture) + "%";

    /// <summary>A metric in its unit: bytes, bytes or operations a second, or a part of the time.</summary>
    public static string Metric(DatastoreMetricInfo point) => point switch
    {
        null or { Value: null } => "",
        { Metric: "io_ticks" } => Percent(point.Value),
        { Metric: "read_ios" or "write_ios" } => point.Value.Value.ToString("0.0", CultureInfo.CurrentCulture) + "/s",
        { Metric: "read_bytes" or "write_bytes" } => Size((long)point.Value.Value) + "/s",
        _ => Size((long)point.Value.Value),
    };

    /// <summary>Where a difference is: the path in the archive, or the range of it.</summary>
    public static string Difference(SnapshotDifferenceInfo difference) => difference switch
    {
        null => "",
        { Path: { } path } => Plain(path),
        { Offset: { } offset } => string.Create(CultureInfo.InvariantCulture, $"from {offset} on"),
        _ => "all of it",
    };

    /// <summary>How full a datastore is, as df says it: of what can be used, without what the file system keeps to itself.</summary>
    public static string Use(DatastoreStatus status) => Share(status?.Used, status?.Used + status?.Available ?? status?.Total);

    /// <summary>Percent of a whole.</summary>
    public static string Share(long? part, long? whole) => part is null || whole is null or 0
        ? ""
        : (100.0 * part.Value / whole.Value).ToString("0", CultureInfo.CurrentCulture) + "%";

    private static string Invariant(long count, string unit) => count.ToString(CultureInfo.InvariantCulture) + unit;
}
