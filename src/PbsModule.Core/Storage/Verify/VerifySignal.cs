namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Wakes the one thread that waits for what the others do. Costs next to nothing while it does not wait, which is
/// nearly always.
/// </summary>
internal sealed class VerifySignal
{
    private static readonly TimeSpan Unawaited = TimeSpan.FromMilliseconds(1);

    private readonly object _lock = new();
    private volatile Func<bool>? _awaited;

    /// <summary>Something has changed that may be waited for.</summary>
    public void Pulse()
    {
        // The change before the look: whoever is about to wait has either said so by now, or will see the change.
        Interlocked.MemoryBarrier();
        if (_awaited is null) return;
        lock (_lock)
        {
            if (_awaited is { } isSo && isSo()) Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits a moment for something to be so. For one thread at a time.</summary>
    /// <param name="isSo">Cheap; may be asked at any time and on any thread.</param>
    /// <param name="limit">How long.</param>
    public void Briefly(Func<bool> isSo, TimeSpan limit)
    {
        if (!isSo() && !Nap(isSo)) Wait(isSo, limit);
    }

    /// <summary>Waits until something is so. For one thread at a time.</summary>
    /// <param name="isSo">Cheap; may be asked at any time and on any thread.</param>
    /// <param name="interval">How long to wait before <paramref name="meanwhile"/> is called again.</param>
    /// <param name="meanwhile">Called now and then while waiting; may throw to end it.</param>
    public void Until(Func<bool> isSo, TimeSpan interval, Action meanwhile)
    {
        if (isSo() || Nap(isSo)) return;
        while (!Wait(isSo, interval)) meanwhile();
    }

    /// <summary>
    /// Looks away for a moment. Small snapshots are finished by the dozen in it; to be woken for each would cost both
    /// sides more than the snapshot does.
    /// </summary>
    private static bool Nap(Func<bool> isSo)
    {
        Thread.Sleep(Unawaited);
        return isSo();
    }

    private bool Wait(Func<bool> isSo, TimeSpan interval)
    {
        lock (_lock)
        {
            try
            {
                _awaited = isSo;
                Interlocked.MemoryBarrier();
                return isSo() || (Monitor.Wait(_lock, interval) && isSo());
            }
            finally
            {
                _awaited = null;
            }
        }
    }
}
