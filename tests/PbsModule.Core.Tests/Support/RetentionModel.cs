using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Garbage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Tests;

/// <summary>
/// A small datastore with everything that adds to it and removes from it, and beside it what must be so: which snapshots are there, which are
/// protected, which chunks they need. <see cref="Check"/> compares the two.
/// </summary>
internal sealed class RetentionModel : IDisposable
{
    private const int DistinctChunks = 24;
    private const long FirstTime = 1_714_500_000;
    private const string IndexName = "root.pxar.didx";

    private static readonly string[] Groups = ["vm/100", "host/a", "ns/x/ct/7"];
    private static readonly (byte[] Blob, Digest Digest, int Size)[] Pool = [.. Enumerable.Range(0, DistinctChunks).Select(MakeChunk)];

    private readonly StoreOnDisk _disk = new();
    private readonly Random _random;
    private readonly Dictionary<string, ModelSnapshot> _snapshots = new(StringComparer.Ordinal);
    private readonly HashSet<Digest> _damaged = [];
    private readonly Datastore _store;
    private int _added;
    private HeldLock? _writing;
    private ModelSnapshot? _unwritten;

    public RetentionModel(int seed)
    {
        _random = new Random(seed);
        _store = Datastore.Open(_disk.Path, "model", FolderAccess.Default);
        foreach (string group in Groups) _disk.AddGroup(group);
    }

    /// <summary>What was done, for who reads a failure.</summary>
    public List<string> History { get; } = [];

    /// <summary>Collections that came to their end.</summary>
    public int Collections { get; private set; }

    /// <summary>Chunks they removed.</summary>
    public long Removed { get; private set; }

    public void Dispose()
    {
        _writing?.Dispose();
        _disk.Dispose();
    }

    /// <summary>Does one thing at random; now and then the process dies in the middle of it.</summary>
    public void Step()
    {
        int killAt = _random.Next(4) == 0 ? _random.Next(1, 30) : 0;
        var mutations = new RecordedMutations(killAt == 0 ? Fault.None : Fault.Killed, killAt);
        int action = _random.Next(16);
        History.Add($"{action}{(killAt == 0 ? "" : $" killed at {killAt}")}");
        try
        {
            Act(action, mutations);
        }
        catch (KilledException) when (mutations.Failed)
        {
            History.Add("died");
        }

        // Who was killed in the middle has removed something or nothing; what is there now is what counts.
        if (mutations.Failed) Forget();
    }

    /// <summary>Every chunk that any index on disk refers to is there and reads back; snapshots are whole; nothing is gone that was to stay.</summary>
    public void Check()
    {
        using var reader = new ChunkReader(_disk.PathOf(".chunks"));
        foreach (string index in Directory.EnumerateFiles(_disk.Path, "*.didx", SearchOption.AllDirectories))
        {
            using IndexPass pass = IndexFile.Pass(index, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                foreach (ChunkEntry entry in entries) CheckChunk(reader, entry.Digest, entry.Size, index);
            }
        }

        foreach ((string path, ModelSnapshot snapshot) in _snapshots)
        {
            Assert.True(File.Exists(_disk.PathOf($"{path}/{Manifest.FileName}")), $"{path} has lost its manifest");
            Assert.Equal(snapshot.IsProtected, File.Exists(_disk.PathOf($"{path}/.protected")));
        }

        foreach (string manifest in Directory.EnumerateFiles(_disk.Path, Manifest.FileName, SearchOption.AllDirectories))
        {
            Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(manifest)!, IndexName)), $"{manifest} has lost its index");
            Assert.True(_snapshots.ContainsKey(Path.GetRelativePath(_disk.Path, Path.GetDirectoryName(manifest)!)), $"{manifest} is back");
        }
    }

    private void Act(int action, RecordedMutations mutations)
    {
        switch (action)
        {
            case 0 or 1 or 2: Add(mutations); break;
            case 3: BeginWriting(mutations); break;
            case 4: EndWriting(mutations); break;
            case 5: Prune(mutations); break;
            case 6 or 7: Remove(mutations); break;
            case 8: Protect(mutations); break;
            case 9 or 10: MoveClock(_random.Next(3600, 6 * 86400)); break;
            case 11: MoveClock(-_random.Next(1, 2 * 86400)); break;
            case 12: Verify(mutations); break;
            case 13: Damage(); break;
            default: Collect(mutations); break;
        }
    }

    /// <summary>A backup from start to end: the store's lock, chunks touched or inserted, then the index, then the manifest.</summary>
    private void Add(RecordedMutations mutations)
    {
        using HeldLock held = Locks(mutations).Store(LockMode.Shared);
        Write(mutations, InsertChunks(mutations));
    }

    private void BeginWriting(RecordedMutations mutations)
    {
        if (_writing is not null) return;
        _writing = Locks(mutations).Store(LockMode.Shared);
        try
        {
            _unwritten = InsertChunks(mutations);
        }
        finally
        {
            // The lock of a process goes with it.
            if (mutations.Failed) AbandonWriting();
        }
    }

    private void EndWriting(RecordedMutations mutations)
    {
        if (_unwritten is null) return;
        try
        {
            Write(mutations, _unwritten);
        }
        finally
        {
            AbandonWriting();
        }
    }

    private void AbandonWriting()
    {
        _writing?.Dispose();
        (_writing, _unwritten) = (null, null);
    }

    private ModelSnapshot InsertChunks(RecordedMutations mutations)
    {
        int[] chunks = [.. Enumerable.Range(0, _random.Next(1, 6)).Select(_ => _random.Next(DistinctChunks))];
        foreach (int chunk in chunks)
        {
            (byte[] blob, Digest digest, _) = Pool[chunk];
            string path = PathOf(digest);
            if (File.Exists(path))
            {
                mutations.TouchAccessTime(path);
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Replace(mutations, path, blob, 0x1A4, null, Durability.Rename);
            _damaged.Remove(digest);
        }

        return new ModelSnapshot($"{Groups[_random.Next(Groups.Length)]}/{BackupTime.Format(FirstTime + (_added++ * 7200))}", chunks);
    }

    private void Write(RecordedMutations mutations, ModelSnapshot snapshot)
    {
        Directory.CreateDirectory(_disk.PathOf(snapshot.Path));
        var index = new MemoryStream();
        using var writer = new DynamicIndexWriter(index, Guid.NewGuid(), FirstTime);
        foreach (int chunk in snapshot.Chunks) writer.Add(Pool[chunk].Size, Pool[chunk].Digest);
        Digest checksum = writer.Finish();
        AtomicFile.Replace(mutations, _disk.PathOf($"{snapshot.Path}/{IndexName}"), index.ToArray(), 0x1A4, null, Durability.Rename);
        string[] parts = snapshot.Path.Split('/');
        Manifest manifest = Manifest.Create(Enum.Parse<BackupType>(parts[^3], ignoreCase: true), parts[^2], FirstTime, new ManifestFile(IndexName, CryptMode.None, (ulong)writer.LogicalSize, checksum));
        AtomicFile.Replace(mutations, _disk.PathOf($"{snapshot.Path}/{Manifest.FileName}"), DataBlob.Encode(manifest.ToText()), 0x1A4, null, Durability.Rename);
        _snapshots.Add(snapshot.Path, snapshot);
    }

    private void Prune(RecordedMutations mutations)
    {
        PbsEngine engine = Session(mutations);
        string group = Groups[_random.Next(Groups.Length)];
        GroupQuery query = group.StartsWith("ns/", StringComparison.Ordinal) ? Pruning.One(group[5..], "x") : Pruning.One(group);
        int keep = _random.Next(1, 4);
        Unkilled(mutations, () => Pruning.Run(engine, Context(engine), query, new KeepOptions { Last = keep }, force: true));
        string[] expected = [.. _snapshots.Keys.Where(path => path.StartsWith(group + '/', StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal)];
        int kept = 0;
        foreach (string path in expected)
        {
            if (_snapshots[path].IsProtected || kept++ < keep) continue;
            if (!mutations.Failed) _snapshots.Remove(path);
        }
    }

    private void Remove(RecordedMutations mutations)
    {
        if (Any() is not { } snapshot) return;
        PbsEngine engine = Session(mutations);
        try
        {
            engine.Removal.RemoveSnapshot(Context(engine), PathOf(snapshot), true, CancellationToken.None);
            Assert.False(snapshot.IsProtected);
            _snapshots.Remove(snapshot.Path);
        }
        catch (PbsConflictException e) when (e.ErrorId == PbsErrorId.SnapshotProtected)
        {
            Assert.True(snapshot.IsProtected);
        }
    }

    private void Protect(RecordedMutations mutations)
    {
        if (Any() is not { } snapshot) return;
        PbsEngine engine = Session(mutations);
        bool wanted = !snapshot.IsProtected;
        engine.Protection.Set(Context(engine), PathOf(snapshot), wanted, true, CancellationToken.None);
        snapshot.IsProtected = wanted;
    }

    /// <summary>Time passes: everything was accessed that much longer ago. Less than nothing when the clock is set back.</summary>
    private void MoveClock(long seconds)
    {
        foreach (string chunk in Directory.EnumerateFiles(_disk.PathOf(".chunks"), "*", SearchOption.AllDirectories))
        {
            long accessed = new DateTimeOffset(File.GetLastAccessTimeUtc(chunk)).ToUnixTimeSeconds();
            FileMutations.Default.SetAccessTime(chunk, Math.Max(1, accessed - seconds));
        }
    }

    private void Verify(RecordedMutations mutations)
    {
        PbsEngine engine = Session(mutations);
        Verification.Run(engine, Context(engine), new VerifyQuery { Force = true });
    }

    /// <summary>A disk goes bad under a chunk.</summary>
    private void Damage()
    {
        Digest digest = Pool[_random.Next(DistinctChunks)].Digest;
        if (_random.Next(3) != 0 || !File.Exists(PathOf(digest))) return;
        using (FileStream chunk = File.OpenWrite(PathOf(digest))) chunk.SetLength(chunk.Length - 1);
        _damaged.Add(digest);
    }

    private void Collect(RecordedMutations mutations)
    {
        bool isRefused = _writing is not null;
        var settings = new GarbageCollectionSettings
        {
            Threads = _random.Next(1, 3),
            Memory = _random.Next(2) * GarbageCollectionSettings.DefaultMemory,
            Pause = static (_, _) => { },
            BeforeSweep = _random.Next(3) == 0 ? BackUpUnseen : null,
        };
        try
        {
            using HeldLock held = Locks(mutations).Store(LockMode.Exclusive);
            GarbageFigures? figures = settings.BeforeSweep is null && HasIndex() ? new GarbageMeasure(_store, settings, new GarbageLog()).Run(CancellationToken.None) : null;
            GarbageCollectionFile status = new GarbageCollection(_store, mutations, settings, new GarbageLog()).Run(null, CancellationToken.None);
            Assert.False(isRefused);
            if (figures is not null) Assert.Equal((status.RemovedChunks, status.RemovedBytes), (figures.ReclaimableChunks, figures.ReclaimableBytes));
            Collections++;
            Removed += status.RemovedChunks;
            DemandNoOldGarbage();
        }
        catch (PbsLockedException)
        {
            Assert.True(isRefused);
        }
        catch (PbsConflictException e) when (e.ErrorId == PbsErrorId.NoIndexFound)
        {
            Assert.False(HasIndex());
        }
    }

    /// <summary>Somebody who cares for no lock touches a chunk, writes another, and refers to both, after all indexes were read.</summary>
    private void BackUpUnseen()
    {
        var unseen = new RecordedMutations();
        Write(unseen, InsertChunks(unseen));
    }

    /// <summary>What nothing refers to and nobody accessed for a day and five minutes is gone.</summary>
    private void DemandNoOldGarbage()
    {
        HashSet<Digest> used = [.. _snapshots.Values.SelectMany(snapshot => snapshot.Chunks).Select(chunk => Pool[chunk].Digest)];
        DateTime cutoff = DateTime.UtcNow.AddSeconds(-CollectionTimes.Grace - CollectionTimes.Margin - 60);
        foreach ((_, Digest digest, _) in Pool)
        {
            if (used.Contains(digest) || !File.Exists(PathOf(digest)) || HasOrphan(digest)) continue;
            Assert.True(File.GetLastAccessTimeUtc(PathOf(digest)) > cutoff, $"{digest} is old garbage and still there");
        }
    }

    private void CheckChunk(ChunkReader reader, in Digest digest, long size, string index)
    {
        if (_damaged.Contains(digest))
        {
            string folder = Path.GetDirectoryName(PathOf(digest))!;
            Assert.True(File.Exists(PathOf(digest)) || Directory.GetFiles(folder, $"{digest}.*.bad").Length > 0, $"what was left of chunk {digest} is gone, and {index} needs it");
            return;
        }

        ChunkCheck check = reader.Check(digest, size);
        Assert.True(check.IsGood, $"chunk {digest}, which {index} needs: {check}");
    }

    /// <summary>After a death in the middle: what has no manifest any more was on its way out, or never came in.</summary>
    private void Forget()
    {
        AbandonWriting();
        foreach (string path in (string[])[.. _snapshots.Keys])
        {
            ModelSnapshot snapshot = _snapshots[path];
            if (File.Exists(_disk.PathOf($"{path}/{Manifest.FileName}"))) snapshot.IsProtected = File.Exists(_disk.PathOf($"{path}/.protected"));
            else if (!snapshot.IsProtected) _snapshots.Remove(path);
        }
    }

    /// <summary>A task dies on its own thread and says so with its failure.</summary>
    private static void Unkilled(RecordedMutations mutations, Action work)
    {
        try
        {
            work();
        }
        catch (PbsException) when (mutations.Failed)
        {
            // It has met the end of its process in its own way.
        }
    }

    /// <summary>Whether an unfinished snapshot still refers to a chunk.</summary>
    private bool HasOrphan(Digest digest)
    {
        foreach (string index in Directory.EnumerateFiles(_disk.Path, "*.didx", SearchOption.AllDirectories))
        {
            using IndexPass pass = IndexFile.Pass(index, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                foreach (ChunkEntry entry in entries)
                {
                    if (entry.Digest == digest) return true;
                }
            }
        }

        return false;
    }

    private bool HasIndex() => Directory.EnumerateFiles(_disk.Path, "*.didx", SearchOption.AllDirectories).Any();

    private ModelSnapshot? Any() => _snapshots.Count == 0 ? null : _snapshots.Values.ElementAt(_random.Next(_snapshots.Count));

    private static SnapshotPath PathOf(ModelSnapshot snapshot) => SnapshotPath.Parse(snapshot.Path);

    private string PathOf(in Digest digest) => _disk.PathOf($".chunks/{digest.ToString()[..4]}/{digest}");

    private DatastoreLocks Locks(IFileMutations mutations) => new(_disk.Path, null, _disk.PathOf("no-run-directory"), mutations, TimeProvider.System);

    private static PbsEngine Session(IFileMutations mutations) => new(Connection.None, new EngineOptions { Mutations = mutations, Helpers = 0 });

    private DatastoreContext Context(PbsEngine engine) => engine.Resolver.ResolvePath(_disk.Path);

    private static (byte[] Blob, Digest Digest, int Size) MakeChunk(int number)
    {
        byte[] data = new byte[100 + number];
        new Random(number).NextBytes(data);
        return (DataBlob.Encode(data), Digest.Of(data), data.Length);
    }
}
