using System.Threading.Channels;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Searches one snapshot's catalog. A worker runs it and writes the matches into a bounded channel; the receiver reads
/// them. Later snapshots with the same catalog reuse these matches, unless there were too many to keep.
/// </summary>
internal sealed class SearchJob(
    GroupIdentity group, SearchSource source, ISnapshotContent content, SearchJob? leader)
{
    /// <summary>Number of entries handed over together.</summary>
    private const int BatchSize = 128;

    /// <summary>Number of batches that may wait for the receiver.</summary>
    private const int BatchesAhead = 16;

    /// <summary>Maximum number of entries kept for other snapshots with the same catalog.</summary>
    private const int MostKept = 4 << 10;

    private readonly Channel<CatalogNode[]> _found = Channel.CreateBounded<CatalogNode[]>(
        new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource<bool> _sharable = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<CatalogNode> _batch = [];
    private List<CatalogNode[]>? _kept = [];
    private int _count;

    public GroupIdentity Group => group;

    public long Time { get; } = content.Snapshot.Time;

    /// <summary>
    /// Archive files that were not searched, because no catalog covers them. Known once the search has ended.
    /// </summary>
    public IReadOnlyList<string> Uncovered { get; private set; } = [];

    /// <summary>Number of entries kept for others; null once they cannot be reused.</summary>
    public int? KeptCount =>
        Volatile.Read(ref _kept) is null || _found.Reader.Completion.IsFaulted ? null : Volatile.Read(ref _count);

    public ChannelReader<CatalogNode[]> Found => _found.Reader;

    /// <summary>Reuses the leader's matches, or searches. Called by a worker.</summary>
    /// <param name="search">
    /// Searches a snapshot, hands over each match, reports when nothing more is read from the snapshot, and returns
    /// what was not searched.
    /// </param>
    /// <param name="cancellation">Cancels the search.</param>
    public void Run(
        Func<SearchSource, Action<CatalogNode>, Action, SearchOutcome> search, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            // The leader comes first in the receiver's order, so it never waits for this job to be received.
            if (leader is not null && leader.WaitUntilSharable(cancellation))
            {
                Release();
                TakeOver(leader, cancellation);
            }
            else
            {
                failure = Search(search, cancellation);
            }

            // Released before the receiver gets the last matches, because it may then protect or remove the snapshot.
            Release();
            Flush(cancellation);
            _sharable.TrySetResult(_kept is not null && failure is null);
        }
        catch (Exception e)
        {
            // Rethrown to the receiver, in order and on its thread.
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

    /// <summary>Releases the snapshot and its lock, for a search that has ended or never started.</summary>
    public void Release() => content.Dispose();

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
            // Set before the wait for the receiver, so that jobs waiting for this one continue on their own.
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

/// <summary>The reasons why a snapshot was not searched completely.</summary>
/// <param name="Uncovered">Archive files that no catalog covers.</param>
/// <param name="Damage">The first failure to read; null if there was none.</param>
internal readonly record struct SearchOutcome(IReadOnlyList<string> Uncovered, PbsException? Damage);
