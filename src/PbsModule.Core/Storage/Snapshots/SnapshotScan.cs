using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>
/// Makes of a snapshot that was read what the receiver wants of it; null for nothing. Called on any thread.
/// </summary>
/// <param name="context">Of the source it comes from.</param>
/// <param name="record">What was read.</param>
internal delegate TItem? SnapshotMaker<TContext, TItem>(TContext context, in SnapshotRecord record)
    where TItem : class;

/// <summary>How snapshots are read.</summary>
/// <param name="Make">What to make of each.</param>
/// <param name="Helpers">
/// Threads that read beside the one that enumerates; that one helps whenever it would have to wait, and does everything
/// where there are none.
/// </param>
/// <param name="Manifests">False when names, protection and completeness are enough.</param>
internal sealed record ScanOptions<TContext, TItem>(
    SnapshotMaker<TContext, TItem> Make,
    int Helpers,
    bool Manifests = true)
    where TItem : class
{
    /// <summary>
    /// Called on any thread for a snapshot that is there but cannot be looked into, before its problem is handed out.
    /// </summary>
    public Action<TContext>? OnUnreadable { get; init; }
}

/// <summary>
/// Snapshots of one group to read, or a problem that was met on the way and keeps its place in the order.
/// </summary>
/// <param name="Context">Whatever the receiver wants to know with each snapshot.</param>
/// <param name="Group">Open group; the scan disposes of it. Null for a problem.</param>
/// <param name="Times">Which of its snapshots, in the order they shall come.</param>
/// <param name="Problem">The problem.</param>
internal readonly record struct ScanSource<TContext>(
    TContext Context,
    GroupFolder? Group,
    ReadOnlyMemory<TimeFolder> Times,
    ListingProblem? Problem);

/// <summary>What was made of a snapshot, or a problem.</summary>
internal readonly record struct ScanResult<TItem>(TItem? Item, ListingProblem? Problem);

/// <summary>
/// Reads snapshots ahead, in blocks, on a few threads, and hands them out in the order they were asked for. Only work
/// that is bounded runs in the background: an enumeration that is forgotten without being disposed of ends by itself.
/// </summary>
internal sealed class SnapshotScan<TContext, TItem> : IThreadPoolWorkItem, IDisposable
    where TItem : class
{
    /// <summary>Snapshots of a block: enough to make handing over cheap, few enough to keep memory flat.</summary>
    private const int BlockSize = 64;

    /// <summary>The first block is small, to have something to show at once; the next ones double.</summary>
    private const int FirstBlockSize = 4;

    /// <summary>Groups of a block; each keeps a folder open.</summary>
    private const int BlockGroups = 16;

    /// <summary>Blocks under way for each helper.</summary>
    private const int BlocksAhead = 4;

    private readonly IEnumerator<ScanSource<TContext>> _sources;
    private readonly ScanOptions<TContext, TItem> _options;
    private readonly CancellationToken _cancellation;
    private readonly Func<bool> _isStopped;
    private readonly Queue<ScanBlock<TContext, TItem>> _ahead = new();
    private readonly ConcurrentQueue<ScanBlock<TContext, TItem>> _waiting = new();
    private readonly ConcurrentBag<SnapshotReader> _readers = [];
    private readonly Stack<ScanBlock<TContext, TItem>> _spare = new();
    private ScanSource<TContext>? _current;
    private ExceptionDispatchInfo? _sourceFailure;
    private int _blockSize = FirstBlockSize;
    private int _aheadLimit = 1;
    private int _helping;
    private volatile bool _stopped;

    private SnapshotScan(
        IEnumerable<ScanSource<TContext>> sources,
        ScanOptions<TContext, TItem> options,
        CancellationToken cancellation)
    {
        _sources = sources.GetEnumerator();
        _options = options;
        _cancellation = cancellation;
        _isStopped = () => _stopped || _cancellation.IsCancellationRequested;
    }

    /// <param name="sources">What to read; enumerated on the thread of the receiver, a little ahead of it.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellation">Ends everything; <see cref="OperationCanceledException"/> is thrown to the
    /// receiver.</param>
    public static IEnumerable<ScanResult<TItem>> Run(
        IEnumerable<ScanSource<TContext>> sources,
        ScanOptions<TContext, TItem> options,
        CancellationToken cancellation)
    {
        using var scan = new SnapshotScan<TContext, TItem>(sources, options, cancellation);
        while (scan.Next() is { } block)
        {
            for (int i = 0; i < block.Count; i++) yield return block[i];
            block.Reset();
            scan._spare.Push(block);
        }
    }

    /// <summary>A helper's work, on a thread of the pool.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (!_isStopped() && _waiting.TryDequeue(out ScanBlock<TContext, TItem>? block))
        {
            if (block.TryStart()) Work(block);
        }

        Interlocked.Decrement(ref _helping);
    }

    public void Dispose()
    {
        _stopped = true;
        _sources.Dispose();
        _current?.Group?.Dispose();

        // Helpers look up before each snapshot, so waiting for them takes moments.
        foreach (ScanBlock<TContext, TItem> block in _ahead)
        {
            if (block.TryStart()) block.Abandon();
            else block.Wait();
        }

        foreach (SnapshotReader reader in _readers) reader.Dispose();
    }

    /// <summary>The next block of results, null at the end.</summary>
    private ScanBlock<TContext, TItem>? Next()
    {
        _cancellation.ThrowIfCancellationRequested();
        LookAhead();
        if (!_ahead.TryPeek(out ScanBlock<TContext, TItem>? head))
        {
            _sourceFailure?.Throw();
            return null;
        }

        while (!head.IsDone)
        {
            if (head.TryStart()) Work(head);
            else if (_waiting.TryDequeue(out ScanBlock<TContext, TItem>? other)) WorkIfFree(other);
            else head.Wait();
        }

        _cancellation.ThrowIfCancellationRequested();
        head.ThrowIfFailed();
        return _ahead.Dequeue();
    }

    private void LookAhead()
    {
        while (_ahead.Count < _aheadLimit && Fill() is { } block)
        {
            _ahead.Enqueue(block);
            if (_options.Helpers == 0 || _ahead.Count == 1) continue;
            _waiting.Enqueue(block);
            CallHelper();
        }

        // Little at first, so that taking one object of a large store costs little.
        _aheadLimit = Math.Min(_aheadLimit + 2, 1 + (_options.Helpers * BlocksAhead));
    }

    private void CallHelper()
    {
        if (Interlocked.Increment(ref _helping) <= _options.Helpers)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        else Interlocked.Decrement(ref _helping);
    }

    private void WorkIfFree(ScanBlock<TContext, TItem> block)
    {
        if (block.TryStart()) Work(block);
    }

    private void Work(ScanBlock<TContext, TItem> block)
    {
        if (!_readers.TryTake(out SnapshotReader? reader)) reader = new SnapshotReader();
        block.Work(reader, _options, _isStopped);
        _readers.Add(reader);
    }

    private ScanBlock<TContext, TItem>? Fill()
    {
        if (!_spare.TryPop(out ScanBlock<TContext, TItem>? block)) block = new ScanBlock<TContext, TItem>();
        int room = _blockSize;
        while (room > 0 && block.Sources < BlockGroups && Current() is { } source)
        {
            if (source.Times.Length <= room)
            {
                block.Add(source);
                room -= source.Times.Length;
                _current = null;
            }
            else
            {
                block.Add(source with { Group = source.Group!.Hold(), Times = source.Times[..room] });
                _current = source with { Times = source.Times[room..] };
                room = 0;
            }
        }

        if (block.Sources == 0) return null;
        _blockSize = Math.Min(_blockSize * 2, BlockSize);
        block.Publish();
        return block;
    }

    private ScanSource<TContext>? Current()
    {
        if (_current is not null || _sourceFailure is not null) return _current;
        try
        {
            if (_sources.MoveNext()) _current = _sources.Current;
        }
        catch (Exception e)
        {
            // What was found before comes first.
            _sourceFailure = ExceptionDispatchInfo.Capture(e);
        }

        return _current;
    }
}
