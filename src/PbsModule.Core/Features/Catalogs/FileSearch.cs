using System.Collections.Concurrent;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Features.Catalogs;

/// <summary>
/// Searches for files in the catalogs of any number of snapshots, on several threads.
/// <see cref="CatalogService.Search"/> adds snapshots; matches arrive in their order, while later snapshots are still
/// being searched. Snapshots with the same catalog, because nothing has changed between them, are searched once. Use it
/// from one thread; dispose of it to end all work.
/// </summary>
public sealed class FileSearch : IDisposable
{
    /// <summary>Maximum number of snapshots in progress; each has its index in memory.</summary>
    private const int MostAhead = 32;

    private const int MostWorkers = 4;

    /// <summary>
    /// Maximum number of entries kept, and of catalogs remembered, for later snapshots with the same catalog.
    /// </summary>
    private const int MostKept = 32 << 10;

    private const int MostLeaders = 512;

    private readonly CatalogFinder _finder;
    private readonly CancellationTokenSource _stop;
    private readonly BlockingCollection<SearchJob> _waiting = [];
    private readonly Queue<SearchJob> _ahead = new();
    private readonly Dictionary<(Digest Catalog, string Store), SearchJob> _leaders = [];
    private readonly Queue<((Digest Catalog, string Store) Key, SearchJob Job)> _leaderOrder = new();
    private readonly List<Thread> _workers = [];
    private readonly int _workerLimit;
    private long _entries;
    private int _catalogsRead;
    private bool _disposed;

    /// <param name="query">Selects the files.</param>
    /// <param name="key">Decrypts encrypted catalogs; the caller keeps ownership.</param>
    /// <param name="cancellation">
    /// Cancels the search; the receiver gets <see cref="OperationCanceledException"/>.
    /// </param>
    public FileSearch(FileQuery query, CryptKey? key = null, CancellationToken cancellation = default)
        : this(query, key, Math.Min(Environment.ProcessorCount, MostWorkers), cancellation)
    {
    }

    internal FileSearch(FileQuery query, CryptKey? key, int workers, CancellationToken cancellation)
    {
        _finder = new CatalogFinder(query);
        Key = key;
        _workerLimit = workers;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
    }

    /// <summary>Number of entries examined so far.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    /// <summary>Number of snapshots whose search has ended and was received.</summary>
    public int Searched { get; private set; }

    /// <summary>
    /// Number of catalogs actually read: at most the number of distinct ones, unless one had too many matches to keep.
    /// </summary>
    public int CatalogsRead => _catalogsRead;

    /// <summary>
    /// Called on the receiver's thread, in order, with each snapshot that could not be searched completely.
    /// </summary>
    public Action<UnsearchedSnapshotInfo>? OnUnsearched { get; set; }

    internal CryptKey? Key { get; }

    /// <summary>Returns the matches available now. Waits only if too many snapshots are in progress.</summary>
    /// <param name="onProblem">Receives the reason why a snapshot could not be searched, or only in part.</param>
    public IEnumerable<CatalogItemInfo> Ready(Action<ListingProblem> onProblem)
    {
        while (_ahead.Count > 0)
        {
            bool wait = _ahead.Count > MostAhead;
            if (!wait && !_ahead.Peek().Found.TryPeek(out _) && !_ahead.Peek().Found.Completion.IsCompleted)
            {
                yield break;
            }

            foreach (CatalogItemInfo item in Receive(onProblem)) yield return item;
        }
    }

    /// <summary>Returns all remaining matches.</summary>
    /// <param name="onProblem">As for <see cref="Ready"/>.</param>
    public IEnumerable<CatalogItemInfo> Rest(Action<ListingProblem> onProblem)
    {
        while (_ahead.Count > 0)
        {
            foreach (CatalogItemInfo item in Receive(onProblem)) yield return item;
        }
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _stop.Cancel();
        _waiting.CompleteAdding();
        foreach (Thread worker in _workers) worker.Join();
        while (_waiting.TryTake(out SearchJob? job)) job.Release();
        _waiting.Dispose();
        _stop.Dispose();
    }

    /// <param name="group">The group.</param>
    /// <param name="source">The catalog and archives to search.</param>
    /// <param name="content">The snapshot, disposed of once nothing more is read from it.</param>
    internal void Add(GroupIdentity group, SearchSource source, ISnapshotContent content)
    {
        if (_stop.IsCancellationRequested) content.Dispose();
        _stop.Token.ThrowIfCancellationRequested();

        // The chunks have to be the same, too, which are those of one store.
        (Digest, string) key = (source.Checksum, content.ChunkStore);
        SearchJob? leader = _leaders.GetValueOrDefault(key);
        if (leader is { KeptCount: null }) leader = null;
        var job = new SearchJob(group, source, content, leader);
        if (leader is null)
        {
            _leaders[key] = job;
            _leaderOrder.Enqueue((key, job));
            ForgetOldest();
        }

        _ahead.Enqueue(job);
        _waiting.Add(job);
        if (_workers.Count < _workerLimit && _waiting.Count > 0) StartWorker();
    }

    /// <summary>
    /// Takes one batch of the oldest snapshot, and waits for it. The next snapshot follows when there are no more
    /// batches.
    /// </summary>
    private IEnumerable<CatalogItemInfo> Receive(Action<ListingProblem> onProblem)
    {
        SearchJob job = _ahead.Peek();
        if (Next(job, onProblem) is not { } batch)
        {
            _ahead.Dequeue();
            Searched++;
            if (job.Uncovered.Count > 0)
            {
                OnUnsearched?.Invoke(
                    new UnsearchedSnapshotInfo(job.Group, job.Time, NotCovered(job.Uncovered), mayHoldFiles: true));
            }

            return [];
        }

        return batch.Select(node => new CatalogItemInfo(job.Group, job.Time, node));
    }

    private CatalogNode[]? Next(SearchJob job, Action<ListingProblem> onProblem)
    {
        try
        {
            while (true)
            {
                if (job.Found.TryRead(out CatalogNode[]? batch)) return batch;
                if (!job.Found.WaitToReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult()) return null;
            }
        }
        catch (PbsException e)
        {
            onProblem(new ListingProblem(
                e.ErrorId,
                e.Message,
                new SnapshotPath(job.Group.Namespace, job.Group.Group, job.Time).ToString(),
                ListingProblemKind.Error,
                e));
            return null;
        }
    }

    private void ForgetOldest()
    {
        int kept = _leaderOrder.Sum(leader => leader.Job.KeptCount ?? 0);
        while (kept > MostKept || _leaderOrder.Count > MostLeaders)
        {
            ((Digest, string) key, SearchJob job) = _leaderOrder.Dequeue();
            kept -= job.KeptCount ?? 0;
            if (_leaders.GetValueOrDefault(key) == job) _leaders.Remove(key);
        }
    }

    private void StartWorker()
    {
        var thread = new Thread(Work) { IsBackground = true, Name = "search for files" };
        _workers.Add(thread);
        thread.Start();
    }

    private void Work()
    {
        using var loader = new CatalogLoader(Key);
        try
        {
            foreach (SearchJob job in _waiting.GetConsumingEnumerable(_stop.Token))
            {
                job.Run((source, onFound, onRead) => Search(loader, source, onFound, onRead), _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // A search that the receiver has stopped does not wait.
        }
    }

    private SearchOutcome Search(
        CatalogLoader loader, SearchSource source, Action<CatalogNode> onFound, Action onRead)
    {
        // A key of the server may open this snapshot alone.
        using CatalogLoader? own = source.Key == Key ? null : new CatalogLoader(source.Key);
        loader = own ?? loader;
        Interlocked.Increment(ref _catalogsRead);
        PbsException? damage = source.Problem;
        var pass =
            new SearchPass(source.Naming, onFound, error => damage ??= error, () => _stop.IsCancellationRequested);
        if (source.Catalog is { } catalog) Search(loader, catalog, pass, source.Metadata is null ? onRead : null);
        if (source.Metadata?.Without(pass.Covered) is { } metadata) Search(loader, metadata, pass, onRead);
        _stop.Token.ThrowIfCancellationRequested();
        return new SearchOutcome(
            [.. source.Archives.Where(file => !pass.Covered.Contains(file) && _finder.LooksInto(file))], damage);
    }

    /// <param name="loader">Loads the catalog.</param>
    /// <param name="catalog">The catalog to search.</param>
    /// <param name="pass">Receives the matches.</param>
    /// <param name="onRead">
    /// Called once the whole catalog is in memory; null if more of the snapshot is read afterwards.
    /// </param>
    private void Search(CatalogLoader loader, CatalogFile catalog, SearchPass pass, Action? onRead)
    {
        Action<PbsException> onDamage = error =>
            pass.OnDamage(error is PbsFormatException { File: null } format ? format.In(catalog.Path) : error);
        try
        {
            CatalogReader reader = loader.LoadReadable(catalog, onDamage, _stop.Token);
            if (loader.IsWhole) onRead?.Invoke();
            Interlocked.Add(ref _entries, _finder.Run(reader, pass with { OnDamage = onDamage }));
        }
        catch (PbsException e)
        {
            onDamage(e);
        }
    }

    private static string NotCovered(IReadOnlyList<string> files) =>
        $"its catalog does not cover {string.Join(", ", files.Select(ArchiveName.Of))}";
}
