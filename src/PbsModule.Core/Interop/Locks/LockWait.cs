namespace PbsModule.Core.Interop.Locks;

/// <summary>
/// The longest time to wait for a lock. PBS waits in one blocking call that a timer interrupts. Retrying every 10 to
/// 100 ms has the same result and can be cancelled.
/// </summary>
internal readonly record struct LockWait(TimeSpan Limit, TimeProvider Time, CancellationToken Cancellation)
{
    private const int FirstPauseMilliseconds = 10;
    private const int LongestPauseMilliseconds = 100;

    /// <summary>Tries once without waiting.</summary>
    public static LockWait None { get; } = new(TimeSpan.Zero, TimeProvider.System, CancellationToken.None);

    /// <summary>Calls <paramref name="attempt"/> until it succeeds or the limit has passed.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled while waiting.</exception>
    public bool Until(Func<bool> attempt)
    {
        TimeProvider time = Time ?? TimeProvider.System;
        long start = time.GetTimestamp();
        for (int pause = FirstPauseMilliseconds; !attempt(); pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            TimeSpan left = Limit - time.GetElapsedTime(start);
            if (left <= TimeSpan.Zero) return false;
            TimeSpan next = TimeSpan.FromMilliseconds(pause);
            Task.Delay(left < next ? left : next, time, Cancellation).GetAwaiter().GetResult();
        }

        return true;
    }
}
