namespace PbsModule.Core.Administration;

/// <summary>
/// What a run has before it, in bytes, for who wants to see how far it is. Added up beside the run, and only once it has lasted a
/// while: where snapshots are many and new chunks few, reading all manifests first would be a good part of the work.
/// </summary>
internal sealed class VerifyTotal : IDisposable
{
    // Progress is not shown before a second is over.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _bytes;

    public VerifyTotal(VerifyPassage verify, VerifyQuery query, IReadOnlyList<VerifySection> sections, TimeProvider time)
    {
        _thread = new Thread(() => Add(verify, query, sections, time)) { IsBackground = true, Name = "verify total" };
        _thread.Start();
    }

    /// <summary>0 while it is not known.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Ends it, also half-way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Add(VerifyPassage verify, VerifyQuery query, IReadOnlyList<VerifySection> sections, TimeProvider time)
    {
        try
        {
            if (_stop.Token.WaitHandle.WaitOne(Delay)) return;
            Interlocked.Exchange(ref _bytes, VerifyForecast.Make(verify, query, sections, time, _stop.Token).TotalBytes);
        }
#pragma warning disable CA1031 // It costs the percentage and nothing else; what is wrong with the store, the run tells.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
