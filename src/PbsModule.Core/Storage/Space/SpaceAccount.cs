using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Storage.Space;

/// <summary>How space is counted.</summary>
internal sealed record SpaceOptions
{
    /// <summary>
    /// Bytes of memory for what is remembered of chunks; where it is not enough, the indexes are gone through several
    /// times.
    /// </summary>
    public long MemoryLimit { get; init; } = 1L << 30;

    /// <summary>Threads that read folders of chunks.</summary>
    public int Threads { get; init; } = Math.Min(Environment.ProcessorCount, 2);

    /// <summary>
    /// Snapshots that count as one set, in front of all others and instead of namespaces; null for none.
    /// </summary>
    public Func<CountedSnapshot, bool>? IsInSet { get; init; }
}

/// <summary>
/// What a store's chunks are used for: by snapshot, group and namespace. Reads each folder of chunks once and each
/// index once (or once for each part of the digests that fits in memory); writes nothing, takes no lock. What vanishes
/// or is damaged meanwhile is reported and not counted.
/// </summary>
internal sealed class SpaceAccount
{
    /// <summary>Of the scopes, when there is a set: the set itself.</summary>
    public const int Set = 0;

    private readonly Datastore _store;
    private readonly SpaceOptions _options;
    private readonly Action<ListingProblem> _onProblem;
    private readonly Dictionary<int, string> _damage = [];
    private SpaceCount _count = new([], []);

    private SpaceAccount(Datastore store, SpaceOptions options, Action<ListingProblem> onProblem)
    {
        (_store, _options, _onProblem) = (store, options, onProblem);
    }

    /// <summary>In the order they were counted in.</summary>
    public IReadOnlyList<CountedSnapshot> Snapshots { get; private set; } = [];

    public IReadOnlyList<CountedGroup> Groups { get; private set; } = [];

    public IReadOnlyList<BackupNamespace> Namespaces { get; private set; } = [];

    /// <summary>
    /// Full paths of indexes that lie elsewhere than in a snapshot. Their chunks are in use all the same.
    /// </summary>
    public IReadOnlyList<string> Strays { get; private set; } = [];

    public SpaceCount Count => _count;

    /// <summary>Bytes and number of chunks that no index references.</summary>
    public (long Size, long Count) Unreferenced { get; private set; }

    /// <summary>Bytes and number of chunks that verify has set aside.</summary>
    public (long Size, long Count) Bad { get; private set; }

    /// <summary>How often the indexes were gone through.</summary>
    public int Passes { get; private set; }

    /// <summary>The most native memory that was in use for chunks.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>What could not be read of a snapshot's indexes; null where nothing is wrong.</summary>
    public string? DamageOf(int snapshot) => _damage.GetValueOrDefault(snapshot);

    /// <param name="store">The store.</param>
    /// <param name="options">How.</param>
    /// <param name="onProblem">Told of what could not be read.</param>
    /// <param name="onProgress">Told how many indexes were gone through, and of how many.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">The store cannot be read at all.</exception>
    public static SpaceAccount Take(
        Datastore store,
        SpaceOptions options,
        Action<ListingProblem> onProblem,
        Action<long, long> onProgress,
        CancellationToken cancellation)
    {
        var account = new SpaceAccount(store, options, onProblem);
        account.Run(SpaceInventory.Take(store, onProblem, cancellation), onProgress, cancellation);
        return account;
    }

    private void Run(SpaceInventory inventory, Action<long, long> onProgress, CancellationToken cancellation)
    {
        Snapshots = _options.IsInSet is { } isInSet ? [.. inventory.Snapshots.OrderBy(snapshot =>
            isInSet(snapshot) ? 0 : 1)] : inventory.Snapshots;
        Groups = inventory.Groups;
        Namespaces = inventory.Namespaces;
        Strays = FindStrays(cancellation);
        int[] scopes = [.. Snapshots.Select(snapshot =>
            _options.IsInSet is null ? snapshot.Group.Scope : _options.IsInSet(snapshot) ? Set : Set + 1)];

        // Behind the last snapshot, as one that belongs to nobody.
        int nowhere = _options.IsInSet is null ? Namespaces.Count : Set + 1;
        _count = new SpaceCount([.. Snapshots.Select(snapshot =>
            snapshot.Group.Number), Groups.Count], [.. scopes, nowhere]);
        var sizes = new ChunkSizes(_store.Access, _store.PathOf(Datastore.ChunkFolder), _options.Threads);
        long most = Math.Max(1, _options.MemoryLimit / ChunkTally.Bytes);
        for (int from = 0; from < ChunkFolderScan.FolderCount; Passes++)
        {
            using var chunks = new DigestMap<ChunkTally>();
            int until = sizes.Fill(chunks, from, most, _onProblem, cancellation);
            long done = 0, all = Snapshots.Count;
            for (int i = 0; i < Snapshots.Count; i++)
            {
                foreach (string index in Snapshots[i].Indexes)
                {
                    Read(i, Snapshots[i].PathOf(index), chunks, new PrefixRange(from, until), cancellation);
                }

                onProgress(((++done * (until - from)) + (all * from)) / ChunkFolderScan.FolderCount, all);
            }

            foreach (string stray in Strays)
            {
                Read(Snapshots.Count, stray, chunks, new PrefixRange(from, until), cancellation);
            }

            CountUnreferenced(chunks);
            PeakBytes = Math.Max(PeakBytes, chunks.Bytes);
            from = until;
        }

        Bad = (sizes.BadSize, sizes.BadCount);
        _count.Finish();
    }

    /// <summary>
    /// Without them what only they reference would look as if nobody did; garbage collection knows better.
    /// </summary>
    private string[] FindStrays(CancellationToken cancellation)
    {
        try
        {
            IndexFileList found = new IndexFileWalk(_store, static _ => { }).Run(cancellation);
            return [.. Enumerable.Range(0, found.Count).Where(found.IsStrange).Select(found.PathOf)];
        }
        catch (PbsException e)
        {
            _onProblem(new ListingProblem(
                e.ErrorId,
                $"{e.Message}: indexes outside of snapshots are not counted",
                e.Target
                    ?? _store.Path,
                ListingProblemKind.Warning,
                e));
            return [];
        }
    }

    private void Read(
        int snapshot,
        string path,
        DigestMap<ChunkTally> chunks,
        PrefixRange range,
        CancellationToken cancellation)
    {
        try
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                cancellation.ThrowIfCancellationRequested();
                _count.Add(snapshot, entries, chunks, range, Find);
            }

            if (Passes == 0) _count.AddIndex(snapshot, pass.LogicalSize, IndexHeader.Size + pass.Header.BodyLength);
        }
        catch (PbsNotFoundException e) when (e.ErrorId == PbsErrorId.SnapshotFileNotFound)
        {
            if (_store.WhyLost() is { } lost) throw lost;

            // Pruned, or renamed at the end of a backup, since the folder was listed.
            if (Passes == 0)
            {
                _onProblem(new ListingProblem(e.ErrorId, e.Message, path, ListingProblemKind.Information, e));
            }
        }
        catch (PbsException e)
        {
            if (!_damage.TryAdd(snapshot, e.Message)) return;
            _onProblem(new ListingProblem(
                e.ErrorId,
                $"{e.Message}: what it references is not counted",
                path,
                ListingProblemKind.Warning,
                e));
        }
    }

    private void CountUnreferenced(DigestMap<ChunkTally> chunks)
    {
        (long size, long count) = Unreferenced;
        foreach (ref readonly DigestMap<ChunkTally>.Entry entry in chunks)
        {
            if (entry.Value.LastSnapshot >= 0) continue;
            size += entry.Value.Size;
            count++;
        }

        Unreferenced = (size, count);
    }

    /// <summary>
    /// A chunk that may not be looked at is not lost: its size is not known, so it counts for nothing; that its folder
    /// could not be read has been told.
    /// </summary>
    private long Find(in Digest digest)
    {
        string name = digest.ToString();
        var file = new FileInfo(_store.PathOf($"{Datastore.ChunkFolder}/{name[..4]}/{name}"));
        if (file.Exists) return file.Length;
        try
        {
            _ = file.Attributes;
            return -1;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return -1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
