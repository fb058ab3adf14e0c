namespace PbsModule.Core.Tests;

/// <summary>A clock that stands still but for pauses, which pass at once.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private readonly DateTimeOffset _start;

    public SteppedTime(DateTimeOffset? start = null, TimeZoneInfo? zone = null)
    {
        _start = start ?? DateTimeOffset.FromUnixTimeSeconds(1715284800);
        LocalTimeZone = zone ?? TimeZoneInfo.Utc;
    }

    public TimeSpan Passed { get; set; }

    public List<TimeSpan> Pauses { get; } = [];

    /// <summary>Called with the number of the pause that has just passed, from 1.</summary>
    public Action<int>? AfterPause { get; init; }

    public override TimeZoneInfo LocalTimeZone { get; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Passed.Ticks;

    public override DateTimeOffset GetUtcNow() => _start + Passed;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan) return new Ran();
        Passed += dueTime;
        Pauses.Add(dueTime);
        AfterPause?.Invoke(Pauses.Count);
        callback(state);
        return new Ran();
    }

    private sealed class Ran : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
