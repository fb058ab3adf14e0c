namespace PbsModule.Core.Storage.Retention;

/// <summary>
/// The hour, day, ISO week, month and year each snapshot lies in, by the clocks of a time zone, as numbers: two
/// snapshots of one period have the same. An hour that clocks show twice is one hour.
/// </summary>
internal readonly ref struct LocalPeriods
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;
    private const long DaysOfWeek = 7;

    /// <summary>1970 began on a Thursday, the fourth day of its week.</summary>
    private const long DaysOfWeekBefore1970 = 3;
    private const int MonthsOfYear = 12;

    private readonly ReadOnlySpan<PruneCandidate> _snapshots;
    private readonly long[] _local;

    public LocalPeriods(ReadOnlySpan<PruneCandidate> snapshots, TimeZoneInfo zone)
    {
        _snapshots = snapshots;
        _local = new long[snapshots.Length];
        for (int i = 0; i < _local.Length; i++)
        {
            DateTime utc = DateTime.UnixEpoch.AddSeconds(snapshots[i].Time);
            _local[i] = snapshots[i].Time + (long)zone.GetUtcOffset(utc).TotalSeconds;
        }
    }

    /// <summary>
    /// The period of a snapshot that a rule keeps one of. Each time is a period of its own to the rule "last".
    /// </summary>
    public long Of(int snapshot, KeepRule rule) => rule switch
    {
        KeepRule.Last => _snapshots[snapshot].Time,
        KeepRule.Hourly => Floor(_local[snapshot], Hour),
        KeepRule.Daily => Floor(_local[snapshot], Day),
        KeepRule.Weekly => Floor(Floor(_local[snapshot], Day) + DaysOfWeekBefore1970, DaysOfWeek),
        KeepRule.Monthly => (Date(snapshot).Year * MonthsOfYear) + Date(snapshot).Month,
        _ => Date(snapshot).Year,
    };

    /// <summary>
    /// The last hours of the year 9999 may already be in the next one elsewhere, which no calendar here has.
    /// </summary>
    private DateTime Date(int snapshot) => DateTime.UnixEpoch.AddTicks(Math.Min(
        _local[snapshot] * TimeSpan.TicksPerSecond, DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks));

    private static long Floor(long value, long unit) => value >= 0 ? value / unit : -((unit - 1 - value) / unit);
}
