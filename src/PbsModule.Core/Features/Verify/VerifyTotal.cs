namespace PbsModule.Core.Features.Verify;

/// <summary>A run's position: the current section, and the bytes of the sections before it.</summary>
/// <param name="Section">Number of the current section, starting at 0.</param>
/// <param name="Bytes">Bytes of data in the sections before it.</param>
internal sealed record VerifyMark(int Section, long Bytes);

/// <summary>
/// Sums up the size of a run, in bytes, for its progress. The sum is made in parallel, starts only after a delay and
/// covers only what the run has not reached yet: with many snapshots and few new chunks, reading all manifests first
/// would be a large part of the work.
/// </summary>
internal sealed class VerifyTotal : IDisposable
{
    // Progress is not shown in the first second.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _bytes;

    public VerifyTotal(
        VerifyGrant verify,
        VerifyQuery query,
        IReadOnlyList<VerifySection> sections,
        Func<VerifyMark> mark,
        TimeProvider time)
    {
        _thread = new Thread(() => Add(verify, query, sections, mark, time))
        {
            IsBackground = true,
            Name = "verify total",
        };
        _thread.Start();
    }

    /// <summary>Total size in bytes; 0 while it is unknown.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Stops the work, finished or not.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Add(
        VerifyGrant verify,
        VerifyQuery query,
        IReadOnlyList<VerifySection> sections,
        Func<VerifyMark> mark,
        TimeProvider time)
    {
        try
        {
            if (_stop.Token.WaitHandle.WaitOne(Delay)) return;
            VerifyMark past = mark();
            VerifySection[] ahead = [.. sections.Skip(past.Section)];
            Interlocked.Exchange(
                ref _bytes,
                past.Bytes + VerifyForecast.Make(verify, query, ahead, time, _stop.Token).TotalBytes);
        }
#pragma warning disable CA1031 // It only disables the percentage; the run itself reports problems of the store.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
