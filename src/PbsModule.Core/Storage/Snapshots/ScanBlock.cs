using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>
/// Some snapshots, of one or several groups, that one thread reads in one go. Used again when it is emptied. Whoever
/// wins <see cref="TryStart"/> works on it; the receiver looks at the results once it is done.
/// </summary>
internal sealed class ScanBlock<TContext, TItem>
    where TItem : class
{
    private readonly List<ScanSource<TContext>> _sources = [];
    private readonly object _doneGate = new();
    private ScanResult<TItem>[] _results = new ScanResult<TItem>[64];
    private ExceptionDispatchInfo? _failure;

    // 1 while it is being filled, too: a helper may still come across it in the queue from its last use.
    private int _started = 1;
    private bool _isDone;

    public int Sources => _sources.Count;

    public int Count { get; private set; }

    public bool IsDone => Volatile.Read(ref _isDone);

    public ref readonly ScanResult<TItem> this[int index] => ref _results[index];

    public void Add(ScanSource<TContext> source) => _sources.Add(source);

    /// <summary>Ends the filling: from now on somebody may start on it.</summary>
    public void Publish() => Volatile.Write(ref _started, 0);

    /// <summary>True for exactly one caller.</summary>
    public bool TryStart() => Interlocked.Exchange(ref _started, 1) == 0;

    /// <summary>Until another thread is done with it.</summary>
    public void Wait()
    {
        lock (_doneGate)
        {
            while (!_isDone) Monitor.Wait(_doneGate);
        }
    }

    /// <exception cref="PbsException">What ended the work early.</exception>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Reads everything; whatever happens, the groups are closed and the block is done afterwards.</summary>
    /// <param name="reader">The thread's reader.</param>
    /// <param name="options">What to read, and what to make of it.</param>
    /// <param name="isStopped">Looked at before each snapshot.</param>
    public void Work(SnapshotReader reader, ScanOptions<TContext, TItem> options, Func<bool> isStopped)
    {
        try
        {
            foreach (ScanSource<TContext> source in _sources)
            {
                if (source.Group is null)
                {
                    Add(null, source.Problem);
                    continue;
                }

                foreach (TimeFolder time in source.Times.Span)
                {
                    if (isStopped()) return;
                    Read(reader, source, time, options);
                }
            }
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            CloseGroups();
            SetDone();
        }
    }

    /// <summary>Closes the groups of a block that nobody will work on any more.</summary>
    public void Abandon()
    {
        CloseGroups();
        SetDone();
    }

    /// <summary>Makes it empty; it cannot be started before it is published again.</summary>
    public void Reset()
    {
        _sources.Clear();
        Array.Clear(_results, 0, Count);
        Count = 0;
        _failure = null;
        _isDone = false;
    }

    private void Read(
        SnapshotReader reader,
        in ScanSource<TContext> source,
        TimeFolder time,
        ScanOptions<TContext, TItem> options)
    {
        bool exists = reader.TryRead(source.Group!, time, options.Manifests, out SnapshotRecord record);
        if (reader.Problems.Count > 0)
        {
            foreach (ListingProblem problem in reader.Problems) Add(null, problem);
        }

        bool isUnreadable = !exists
            && reader.Problems.Exists(static problem => problem.Kind == ListingProblemKind.Error);
        if (isUnreadable) options.OnUnreadable?.Invoke(source.Context);
        if (exists && options.Make(source.Context, record) is { } item) Add(item, null);
    }

    private void Add(TItem? item, ListingProblem? problem)
    {
        if (Count == _results.Length) Array.Resize(ref _results, Count * 2);
        _results[Count++] = new ScanResult<TItem>(item, problem);
    }

    private void SetDone()
    {
        lock (_doneGate)
        {
            Volatile.Write(ref _isDone, true);
            Monitor.PulseAll(_doneGate);
        }
    }

    private void CloseGroups()
    {
        foreach (ScanSource<TContext> source in _sources) source.Group?.Dispose();
    }
}
