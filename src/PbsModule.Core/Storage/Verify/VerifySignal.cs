namespace PbsModule.Core.Storage;

/// <summary>Wakes the one thread that waits for what the others do.</summary>
internal sealed class VerifySignal
{
    private readonly object _lock = new();

    public void Pulse()
    {
        lock (_lock) Monitor.PulseAll(_lock);
    }

    /// <summary>Waits until something is so.</summary>
    /// <param name="isSo">Cheap; may be asked at any time.</param>
    /// <param name="interval">How long to wait before <paramref name="meanwhile"/> is called again.</param>
    /// <param name="meanwhile">Called now and then while waiting; may throw to end it.</param>
    public void Until(Func<bool> isSo, TimeSpan interval, Action meanwhile)
    {
        while (true)
        {
            lock (_lock)
            {
                if (isSo() || (Monitor.Wait(_lock, interval) && isSo())) return;
            }

            meanwhile();
        }
    }
}
