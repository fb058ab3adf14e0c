namespace PbsModule.Core.Administration;

/// <summary>How far a run has looked: up to a section, and what was to be verified before that.</summary>
/// <param name="Section">Number of the section that it looks at, from 0.</param>
/// <param name="Bytes">Of data in the sections before.</param>
internal sealed record VerifyMark(int Section, long Bytes);

/// <summary>
/// What a run comes to, in bytes, for who wants to see how far it is. Added up beside the run, only once it has lasted
/// a while and only of what it has not looked at by itself: where snapshots are many and new chunks few, reading all
/// manifests first would be a good part of the work.
/// </summary>
internal sealed class VerifyTotal : IDisposable
{
    // Progress is not shown before a second is over.
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;
    private long _bytes;

    public VerifyTotal(
        VerifyPassage verify,
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

    /// <summary>0 while it is not known.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Ends it, also half-way.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _thread.Join();
        _stop.Dispose();
    }

    private void Add(
        VerifyPassage verify,
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
#pragma warning disable CA1031 // It costs the percentage and nothing else; what is wrong with the store, the run tells.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }
}
