using System.Threading.Channels;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// The search in one snapshot's catalog. A worker runs it and puts what it finds into a bounded channel; the receiver
/// takes it out. Later snapshots with the very same catalog take over what this one has found, unless that was more
/// than is worth keeping.
/// </summary>
internal sealed class SearchJob(
    GroupIdentity group, long time, SearchSource source, IDisposable held, SearchJob? leader)
{
    /// <summary>Entries that are handed over together.</summary>
    private const int BatchSize = 128;

    /// <summary>Batches that may wait for the receiver.</summary>
    private const int BatchesAhead = 16;

    /// <summary>Entries kept for other snapshots with the same catalog.</summary>
    private const int MostKept = 4 << 10;

    private readonly Channel<CatalogNode[]> _found = Channel.CreateBounded<CatalogNode[]>(
        new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<bool> _sharable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CatalogNode> _batch = [];
    private List<CatalogNode[]>? _kept = [];
    private int _count;

    public GroupIdentity Group => group;

    public long Time => time;

    /// <summary>
    /// Files of archives that were not searched, because no catalog covers them. Known once everything was found.
    /// </summary>
    public IReadOnlyList<string> Uncovered { get; private set; } = [];

    /// <summary>Entries it keeps for others; null once it is known that nobody can take over from it.</summary>
    public int? KeptCount =>
        Volatile.Read(ref _kept) is null || _found.Reader.Completion.IsFaulted ? null : Volatile.Read(ref _count);

    public ChannelReader<CatalogNode[]> Found => _found.Reader;

    /// <summary>Takes over from the leader, or searches. For a worker.</summary>
    /// <param name="search">
    /// Searches a snapshot, hands over each entry that is found, reports when nothing of the snapshot is read any more,
    /// and returns what was not searched.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    public void Run(
        Func<SearchSource, Action<CatalogNode>, Action, SearchOutcome> search, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            // The leader is ahead in the receiver's order, so it never waits for this one to be received.
            if (leader is not null && leader.WaitUntilSharable(cancellation))
            {
                Release();
                TakeOver(leader, cancellation);
            }
            else
            {
                failure = Search(search, cancellation);
            }

            // Before the receiver gets the last of it, and perhaps goes on to protect or remove the snapshot.
            Release();
            Flush(cancellation);
            _sharable.TrySetResult(_kept is not null && failure is null);
        }
        catch (Exception e)
        {
            // The receiver throws it, in its turn and on its thread.
            failure = e;
        }
        finally
        {
            Release();
            _sharable.TrySetResult(false);
            _found.Writer.TryComplete(failure);
            leader = null;
        }
    }

    /// <summary>Releases the lock of the snapshot, for a search that is over or was never begun.</summary>
    public void Release() => held.Dispose();

    private PbsException? Search(
        Func<SearchSource, Action<CatalogNode>, Action, SearchOutcome> search, CancellationToken cancellation)
    {
        SearchOutcome outcome = search(source, node => Add(node, cancellation), Release);
        Uncovered = outcome.Uncovered;
        return outcome.Damage;
    }

    private bool WaitUntilSharable(CancellationToken cancellation)
    {
        _sharable.Task.Wait(cancellation);
        return _sharable.Task.Result;
    }

    private void TakeOver(SearchJob other, CancellationToken cancellation)
    {
        _kept = other._kept;
        Uncovered = other.Uncovered;
        foreach (CatalogNode[] batch in other._kept!) Write(batch, cancellation);
    }

    private void Add(CatalogNode node, CancellationToken cancellation)
    {
        _batch.Add(node);
        if (_batch.Count == BatchSize) Flush(cancellation);
    }

    private void Flush(CancellationToken cancellation)
    {
        if (_batch.Count == 0) return;
        CatalogNode[] batch = [.. _batch];
        _batch.Clear();
        _count += batch.Length;
        if (_count <= MostKept)
        {
            _kept!.Add(batch);
        }
        else if (_kept is not null)
        {
            // Said before anything waits for the receiver: those who wait for this go on by themselves.
            Volatile.Write(ref _kept, null);
            _sharable.TrySetResult(false);
        }

        Write(batch, cancellation);
    }

    private void Write(CatalogNode[] batch, CancellationToken cancellation)
    {
        while (!_found.Writer.TryWrite(batch))
        {
            if (!_found.Writer.WaitToWriteAsync(cancellation).AsTask().GetAwaiter().GetResult()) return;
        }
    }
}

/// <summary>Why a snapshot was not searched as a whole.</summary>
/// <param name="Uncovered">Files of archives that no catalog covers.</param>
/// <param name="Damage">The first thing that could not be read; null where all could.</param>
internal readonly record struct SearchOutcome(IReadOnlyList<string> Uncovered, PbsException? Damage);
