using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Tests;

/// <summary>What takes up how much, against counts that go the long way.</summary>
public sealed class SpaceTests
{
    private readonly List<ListingProblem> _problems = [];

    public static TheoryData<string, long> Golden => new()
    {
        { "ds1", long.MaxValue },
        { "ds1", 1 },
        { "ds1", 30 * ChunkTally.Bytes },
        { "ds1-corrupt", long.MaxValue },
        { "ds1-corrupt", 1 },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Golden_stores_are_counted_as_the_long_way(string name, long memoryLimit)
    {
        GoldenStore store = name == "ds1" ? GoldenStore.Ds1 : GoldenStore.Corrupt;
        SpaceAccount account = Take(store.Path, new SpaceOptions { MemoryLimit = memoryLimit });
        Assert.Equal(memoryLimit == long.MaxValue ? 1 : memoryLimit == 1 ? 16 : account.Passes, account.Passes);
        AssertSame(store.Path, account);
    }

    [Fact]
    public void Random_stores_are_counted_as_the_long_way_in_any_number_of_passes()
    {
        var random = new Random(MutationFuzz.Seed);
        for (int round = 0; round < 12; round++)
        {
            using var store = new StoreOnDisk();
            Digest[] pool = [.. Enumerable.Range(0, 40).Select(i => i % 9 == 0 ? Digest.Of([(byte)i]) : store.AddChunk($"{i}", 1 + random.Next(1000)))];
            foreach (string group in (string[])["vm/1", "vm/2", "host/a", "ns/x/vm/1", "ns/x/ns/y/ct/5"])
            {
                for (int time = 0; time < random.Next(4); time++)
                {
                    for (int index = 0; index <= random.Next(2); index++)
                    {
                        store.AddIndex(group, 1_700_000_000 + time, $"{index}.img.didx", [.. Enumerable.Range(0, 1 + random.Next(25)).Select(_ => random.Next(pool.Length)).Select(i => (pool[i], 100 + i))]);
                    }
                }
            }

            foreach (long limit in (long[])[long.MaxValue, 20 * ChunkTally.Bytes, 1])
            {
                AssertSame(store.Path, Take(store.Path, new SpaceOptions { MemoryLimit = limit, Threads = 1 + random.Next(3) }));
            }
        }
    }

    [Fact]
    public void A_set_is_what_removing_it_frees()
    {
        GoldenStore store = GoldenStore.Ds1;
        List<(string Group, string Snapshot, Digest Digest, long Length)> references = SpaceStore.References(store.Path);
        string[] snapshots = [.. references.Select(reference => reference.Snapshot).Distinct()];
        var random = new Random(3);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        for (int round = 0; round < 10; round++)
        {
            string[] set = [.. snapshots.Where(_ => random.Next(3) == 0)];
            SnapshotSetSpaceInfo measured = engine.Space.MeasureSnapshotSet(context, [.. set.Select(SnapshotPath.Parse)], null, _problems.Add, _ => { }, TestContext.Current.CancellationToken);
            HashSet<Digest> inside = [.. references.Where(reference => set.Contains(reference.Snapshot)).Select(reference => reference.Digest)];
            HashSet<Digest> outside = [.. references.Where(reference => !set.Contains(reference.Snapshot)).Select(reference => reference.Digest)];
            Assert.Equal(set.Length, measured.SnapshotCount);
            Assert.Equal(inside.Sum(digest => SpaceStore.SizeOf(store.Path, digest)), measured.StoredSize);
            Assert.Equal(inside.Except(outside).Sum(digest => SpaceStore.SizeOf(store.Path, digest)), measured.ExclusiveSize);
            Assert.Equal(measured.StoredSize, measured.SharedSize + measured.ExclusiveSize);
        }
    }

    [Fact]
    public void A_group_frees_what_its_snapshots_share_among_themselves_only()
    {
        using var store = new StoreOnDisk();
        Digest common = store.AddChunk("common", 10), own = store.AddChunk("own", 200), shared = store.AddChunk("shared", 3000);
        store.AddChunk("garbage", 50_000);
        store.AddIndex("vm/1", 1000, "a.img.didx", (common, 1), (own, 2));
        store.AddIndex("vm/1", 2000, "a.img.didx", (own, 2), (own, 2), (shared, 4));
        store.AddIndex("vm/2", 1000, "a.img.didx", (shared, 4));
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        DatastoreSpaceInfo whole = engine.Space.MeasureDatastore(context, null, _problems.Add, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal((15L, 7L, 6610L, 3210L, 50_000L, 1L), (whole.LogicalSize, whole.UniqueSize, whole.ReferencedSize, whole.StoredSize, whole.UnreferencedSize, whole.UnreferencedChunkCount));
        Assert.Equal((2, 3, 1, 3L, 6L), (whole.GroupCount, whole.SnapshotCount, whole.NamespaceCount, whole.ChunkCount, whole.ReferenceCount));
        GroupSpaceInfo[] groups = [.. engine.Space.MeasureGroups(context, [(BackupNamespace.Root, GroupPath.Parse("vm/1")), (BackupNamespace.Root, GroupPath.Parse("vm/3")), (BackupNamespace.Root, GroupPath.Parse("vm/2"))], null, _problems.Add, _ => { }, TestContext.Current.CancellationToken)];
        Assert.Equal([(3210L, 210L, 3000L, 2), (3000L, 0L, 3000L, 1)], groups.Select(group => (group.StoredSize, group.ExclusiveSize, group.SharedSize, group.SnapshotCount)));
        Assert.Equal((PbsErrorId.GroupNotFound, ListingProblemKind.Error), _problems.Select(problem => (problem.ErrorId, problem.Kind)).Single());
        SnapshotSpaceInfo[] snapshots = [.. engine.Space.MeasureSnapshots(context, [.. ((string[])["vm/1/1970-01-01T00:16:40Z", "vm/1/1970-01-01T00:33:20Z"]).Select(SnapshotPath.Parse)], null, _problems.Add, _ => { }, TestContext.Current.CancellationToken)];
        Assert.Equal([(210L, 10L, 210L, 1.0), (3200L, 0L, 3000L, 8.0 / 6)], snapshots.Select(snapshot => (snapshot.StoredSize, snapshot.ExclusiveSize, snapshot.AddedSize, snapshot.DeduplicationFactor!.Value)));
    }

    [Fact]
    public void Damage_is_told_and_the_rest_counted()
    {
        using var store = new StoreOnDisk();
        Digest gone = Digest.Of("gone"u8), there = store.AddChunk("there", 70);
        store.AddIndex("vm/1", 1000, "a.img.didx", (there, 5), (gone, 6));
        store.AddIndex("vm/1", 2000, "a.img.didx", (there, 5));
        File.WriteAllBytes(store.PathOf("vm/1/1970-01-01T00:33:20Z/b.img.fidx"), [1, 2, 3]);
        File.WriteAllBytes(store.ChunkPath(there) + ".0.bad", new byte[9]);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        DatastoreSpaceInfo whole = engine.Space.MeasureDatastore(context, null, _problems.Add, _ => { }, TestContext.Current.CancellationToken);
        Assert.Equal((70L, 1L, 9L, 1L, 1), (whole.StoredSize, whole.MissingChunkCount, whole.BadSize, whole.BadChunkCount, whole.DamagedSnapshotCount));
        Assert.Equal(11, whole.UniqueSize);
        ListingProblem problem = Assert.Single(_problems);
        Assert.EndsWith("what it references is not counted", problem.Message, StringComparison.Ordinal);
        SnapshotSpaceInfo damaged = engine.Space.MeasureSnapshots(context, [SnapshotPath.Parse("vm/1/1970-01-01T00:33:20Z")], null, _problems.Add, _ => { }, TestContext.Current.CancellationToken).Single();
        Assert.NotNull(damaged.Problem);
        Assert.Equal(70, damaged.StoredSize);
    }

    [Fact]
    public void What_an_index_outside_of_snapshots_references_is_somebody_elses()
    {
        using var store = new StoreOnDisk();
        Digest shared = store.AddChunk("shared", 10), own = store.AddChunk("own", 200), stray = store.AddChunk("stray", 3000);
        store.AddIndex("vm/1", 1000, "a.img.didx", (shared, 1), (own, 2));
        store.AddIndex("vm/2", 1000, "a.img.didx", (shared, 1), (stray, 2));
        Directory.Move(store.PathOf("vm/2"), store.PathOf("vm/no group!"));
        SpaceAccount account = Take(store.Path, new SpaceOptions());
        AssertSame(store.Path, account);
        Assert.Equal(store.PathOf("vm/no group!/1970-01-01T00:16:40Z/a.img.didx"), Assert.Single(account.Strays));
        Assert.Equal((200L, 10L, 0L), (account.Count.Groups[0].Exclusive, account.Count.Groups[0].Stored - account.Count.Groups[0].Exclusive, account.Unreferenced.Size));
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        Assert.Equal(200, engine.Space.MeasureSnapshotSet(context, [SnapshotPath.Parse("vm/1/1970-01-01T00:16:40Z")], null, _problems.Add, _ => { }, TestContext.Current.CancellationToken).ExclusiveSize);
        Assert.Equal((1, 3210L), (engine.Space.MeasureDatastore(context, null, _problems.Add, _ => { }, TestContext.Current.CancellationToken).StrayIndexCount, account.Count.Total.Stored));
    }

    [Fact]
    public void What_cannot_be_read_is_told_and_the_rest_counted()
    {
        using var store = new StoreOnDisk();
        Digest here = store.AddChunk("here", 10), there = store.AddChunk("there", 200);
        store.AddIndex("vm/1", 1000, "a.img.didx", (here, 1), (there, 2));
        store.AddIndex("vm/2", 1000, "a.img.didx", (here, 1));
        string folder = Path.GetDirectoryName(store.ChunkPath(there))!, snapshot = store.PathOf("vm/2/1970-01-01T00:16:40Z");
        foreach ((FolderCall call, string path) in ((FolderCall, string)[])[(FolderCall.Open, folder), (FolderCall.List, folder), (FolderCall.List, snapshot), (FolderCall.Open, store.PathOf("vm/2"))])
        {
            _problems.Clear();
            var faulty = new FaultyFolders((met, place) => met == call && place == path ? OsError.EIO : 0);
            SpaceAccount account = SpaceAccount.Take(Datastore.Open(store.Path, store.Path, faulty), new SpaceOptions(), _problems.Add, (_, _) => { }, TestContext.Current.CancellationToken);
            Assert.Contains(_problems, problem => problem.Message.Contains(path, StringComparison.Ordinal));

            // A chunk whose folder could not be read is looked for by itself.
            Assert.Equal(210, account.Count.Snapshots[0].Stored);
        }
    }

    [Fact]
    public void What_may_not_be_looked_at_is_not_lost()
    {
        Skip.Unless(OperatingSystem.IsLinux(), "a link in a circle, as a folder that not even root can look into");
        using var store = new StoreOnDisk();
        Digest here = store.AddChunk("here", 10), hidden = store.AddChunk("hidden", 200), gone = store.AddChunk("gone", 3);
        store.AddIndex("vm/1", 1000, "a.img.didx", (here, 1), (hidden, 2), (gone, 3));
        string folder = Path.GetDirectoryName(store.ChunkPath(hidden))!;
        Directory.Delete(folder, recursive: true);
        File.CreateSymbolicLink(folder, folder);
        File.Delete(store.ChunkPath(gone));
        SpaceNumbers numbers = Take(store.Path, new SpaceOptions()).Count.Snapshots[0];
        Assert.Equal((10L, 3L, 1L), (numbers.Stored, numbers.Chunks, numbers.Missing));
        Assert.Contains(_problems, problem => problem.Message.Contains(folder, StringComparison.Ordinal));
        File.Delete(folder);
    }

    [Fact]
    public void What_vanishes_meanwhile_is_no_problem()
    {
        using var store = new StoreOnDisk();
        Digest chunk = store.AddChunk("here", 10);
        store.AddIndex("vm/1", 1000, "a.img.didx", (chunk, 1));
        store.AddIndex("vm/2", 1000, "a.img.didx", (chunk, 1));

        // Between the listing of the folders and the reading of the indexes.
        SpaceAccount account = SpaceAccount.Take(
            Datastore.Open(store.Path, store.Path, FolderAccess.Default), new SpaceOptions(), _problems.Add,
            (done, _) =>
            {
                if (done == 1) Directory.Delete(store.PathOf("vm/2/1970-01-01T00:16:40Z"), recursive: true);
            },
            TestContext.Current.CancellationToken);
        Assert.Equal((1L, 0L), (account.Count.Snapshots[0].References, account.Count.Snapshots[1].References));
        Assert.All(_problems, problem => Assert.Equal(ListingProblemKind.Information, problem.Kind));
        Assert.Single(_problems);
    }

    [Fact]
    public void A_chunk_that_comes_while_it_counts_is_looked_for_once()
    {
        using var store = new StoreOnDisk();
        Digest late = store.AddChunk("late", 33);
        store.AddIndex("vm/1", 1000, "a.img.didx", (late, 5), (late, 5));
        var count = new SpaceCount([0], [0]);
        using var chunks = new DigestMap<ChunkTally>();
        int looks = 0;
        using (IndexPass pass = IndexFile.Pass(store.PathOf("vm/1/1970-01-01T00:16:40Z/a.img.didx"), checksum: false))
        {
            while (pass.Read(out ChunkEntries entries)) count.Add(0, entries, chunks, PrefixRange.All, (in Digest digest) => ++looks * 33);
        }

        Assert.Equal((1, 66L, 33L), (looks, count.Snapshots[0].Referenced, count.Snapshots[0].Stored));
    }

    [Fact]
    public void Memory_for_a_chunk_is_bounded()
    {
        using var chunks = new DigestMap<ChunkTally>();
        byte[] bytes = new byte[Digest.Size];
        var random = new Random(1);
        for (int i = 0; i < 300_000; i++)
        {
            random.NextBytes(bytes);
            chunks.ValueOf(new Digest(bytes), out _).Size = i;
            if (i > 100_000) Assert.InRange((double)chunks.Bytes / chunks.Count, 44, 96);
        }

        Assert.InRange((double)chunks.Bytes / chunks.Count, 44, ChunkTally.Bytes);
    }

    [Fact]
    public void Counting_changes_nothing_and_can_be_ended()
    {
        GoldenStore store = GoldenStore.Ds1;
        string before = Tree(store.Path);
        Take(store.Path, new SpaceOptions());
        Assert.Equal(before, Tree(store.Path));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => SpaceAccount.Take(Datastore.Open(store.Path, "x", FolderAccess.Default), new SpaceOptions(), _problems.Add, (_, _) => stop.Cancel(), stop.Token));
    }

    [Fact]
    public void References_of_a_chunk_are_found_with_their_places()
    {
        GoldenStore store = GoldenStore.Ds1;
        List<(string Group, string Snapshot, Digest Digest, long Length)> references = SpaceStore.References(store.Path);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        Digest[] wanted = [.. references.GroupBy(reference => reference.Digest).OrderByDescending(group => group.Count()).Take(3).Select(group => group.Key), Digest.Of("nothing"u8)];
        ChunkReferenceInfo[] found = [.. engine.ChunkReferences.Find(context, wanted, _problems.Add, _ => { }, TestContext.Current.CancellationToken)];
        Assert.Equal(
            references.Where(reference => wanted.Contains(reference.Digest)).Select(reference => (reference.Snapshot, reference.Digest.ToString(), reference.Length)).Order(),
            found.Select(reference => (((ISnapshotItem)reference).Snapshot.ToString(), reference.Digest, reference.Size)).Order());
        Assert.All(found, reference =>
        {
            ChunkIndex index = IndexFile.Open(store.PathOf($"{((ISnapshotItem)reference).Snapshot}/{reference.Archive}"));
            Assert.Equal(reference.Digest, index.GetDigest(index.FindChunk(reference.Offset)).ToString());
        });
        Assert.True(found.Length > 3);
    }

    [Fact]
    public void References_in_the_groups_of_others_are_not_for_everybody()
    {
        using var store = new StoreOnDisk();
        using var server = new ServerFolder();
        Digest chunk = store.AddChunk("x", 1);
        foreach (string group in (string[])["vm/1", "vm/2", "ns/a/vm/1"]) store.AddIndex(group, 1000, "a.img.didx", (chunk, 5));
        store.AddGroup("vm/1", "owner@pbs\n");
        server.Register(("main", store.Path, ""));
        server.Write("user.cfg", "user: owner@pbs\n");
        server.Write("acl.cfg", "acl:1:/datastore/main:owner@pbs:DatastoreBackup\n");
        PbsEngine engine = server.Session("owner@pbs");
        Assert.Equal(["vm/1/1970-01-01T00:16:40Z/a.img.didx:0"], engine.ChunkReferences.Find(engine.Resolver.Resolve("main"), [chunk], _problems.Add, _ => { }, TestContext.Current.CancellationToken).Select(reference => reference.ToString()));
        Directory.CreateDirectory(store.PathOf("vm/bad id!"));
        Assert.Single(engine.ChunkReferences.Find(engine.Resolver.Resolve("main"), [chunk], _problems.Add, _ => { }, TestContext.Current.CancellationToken));
        Assert.Empty(_problems);
        PbsEngine root = server.Session();
        Assert.Equal(3, root.ChunkReferences.Find(root.Resolver.Resolve("main"), [chunk], _problems.Add, _ => { }, TestContext.Current.CancellationToken).Count());
        Assert.Single(_problems);
    }

    private static string Tree(string path) => string.Join('\n', Directory.EnumerateFileSystemEntries(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        .Select(entry => $"{entry} {File.GetLastWriteTimeUtc(entry):O} {(File.Exists(entry) ? new FileInfo(entry).Length : 0)} {File.GetLastAccessTimeUtc(entry):O}"));

    private static void AssertSame(string store, SpaceAccount account)
    {
        List<(string Group, string Snapshot, Digest Digest, long Length)> all = SpaceStore.References(store);
        ILookup<Digest, string> groupsOf = all.ToLookup(reference => reference.Digest, reference => reference.Group);
        ILookup<Digest, string> snapshotsOf = all.ToLookup(reference => reference.Digest, reference => reference.Snapshot);
        Dictionary<Digest, long> lengths = all.GroupBy(reference => reference.Digest).ToDictionary(group => group.Key, group => group.First().Length);
        string? previous = null;
        for (int i = 0; i < account.Snapshots.Count; i++)
        {
            string snapshot = account.Snapshots[i].ToString();
            var own = all.Where(reference => reference.Snapshot == snapshot).ToList();
            HashSet<Digest> chunks = [.. own.Select(reference => reference.Digest)];
            HashSet<Digest> before = previous is not null && GroupOf(previous) == GroupOf(snapshot) ? [.. all.Where(reference => reference.Snapshot == previous).Select(reference => reference.Digest)] : [];
            SpaceNumbers numbers = account.Count.Snapshots[i];
            Assert.Equal((own.Count, own.Sum(reference => Size(reference.Digest))), (numbers.References, numbers.Referenced));
            if (account.DamageOf(i) is null) Assert.Equal(own.Sum(reference => reference.Length), numbers.Logical);
            AssertChunks(chunks, numbers, digest => snapshotsOf[digest].All(other => other == snapshot));
            Assert.Equal(chunks.Except(before).Sum(Size), numbers.Added);
            previous = snapshot;
        }

        foreach (CountedGroup group in account.Groups.Where(group => account.Snapshots.Any(snapshot => snapshot.Group == group)))
        {
            string name = account.Snapshots.First(snapshot => snapshot.Group == group).ToString();
            name = GroupOf(name);
            AssertChunks([.. all.Where(reference => reference.Group == name).Select(reference => reference.Digest)], account.Count.Groups[group.Number], digest => groupsOf[digest].All(other => other == name));
        }

        for (int scope = 0; scope < account.Namespaces.Count; scope++)
        {
            string prefix = account.Namespaces[scope].DiskPath;
            HashSet<Digest> inside = [.. all.Where(reference => Place(reference.Group) == prefix).Select(reference => reference.Digest)];
            AssertChunks(inside, account.Count.Scopes[scope], digest => groupsOf[digest].All(group => Place(group) == prefix));
        }

        AssertChunks([.. lengths.Keys], account.Count.Total, _ => true);
        HashSet<string> referenced = [.. lengths.Keys.Select(digest => digest.ToString())];
        string[] files = [.. Directory.EnumerateFiles(Path.Combine(store, ".chunks"), "*", SearchOption.AllDirectories)];
        FileInfo[] loose = [.. files.Where(file => Path.GetFileName(file).Length == Digest.TextLength && !referenced.Contains(Path.GetFileName(file))).Select(file => new FileInfo(file))];
        Assert.Equal((loose.Sum(file => file.Length), (long)loose.Length), account.Unreferenced);
        Assert.Equal(files.LongCount(file => file.EndsWith(".bad", StringComparison.Ordinal)), account.Bad.Count);

        long Size(Digest digest) => SpaceStore.SizeOf(store, digest);

        void AssertChunks(HashSet<Digest> chunks, SpaceNumbers numbers, Func<Digest, bool> isExclusive)
        {
            Assert.Equal(chunks.Count, numbers.Chunks);
            Assert.Equal(chunks.Sum(Size), numbers.Stored);
            Assert.Equal(chunks.Sum(digest => lengths[digest]), numbers.Unique);
            Assert.Equal(chunks.Where(isExclusive).Sum(Size), numbers.Exclusive);
            Assert.Equal(chunks.Count(digest => !SpaceStore.IsThere(store, digest)), numbers.Missing);
        }
    }

    private static string GroupOf(string snapshot) => snapshot[..snapshot.LastIndexOf('/')];

    /// <summary>The namespace's path of a group's.</summary>
    private static string Place(string group)
    {
        string[] parts = group.Split('/');
        return string.Join('/', parts[..^2]);
    }

    private SpaceAccount Take(string path, SpaceOptions options) =>
        SpaceAccount.Take(Datastore.Open(path, path, FolderAccess.Default), options, _problems.Add, (_, _) => { }, TestContext.Current.CancellationToken);
}
