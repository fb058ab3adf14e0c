using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>
/// Groups, namespaces and snapshots that are renamed while garbage is collected lose no chunk. PBS_RETENTION_SEED repeats a run,
/// PBS_RETENTION_COUNT sets how many interleavings (CI 2,000; soak 100,000).
/// </summary>
public sealed class GarbageMoveTests : IDisposable
{
    private const int DefaultCount = 2_000;

    // They wait for the clock most of the time.
    private const int Threads = 16;

    private const string First = "vm/100/2024-05-01T10:00:00Z/disk.img.didx";
    private const string Second = "vm/200/2024-05-01T10:00:00Z/disk.img.didx";

    private readonly GarbageStore _store = new();
    private readonly Digest _first, _second;

    public GarbageMoveTests()
    {
        AtomicFileTests.NeedsLinux();
        _first = _store.Put("first", 40);
        _second = _store.Put("second", 40);
        _store.Put("orphan", 40);
        _store.AddIndex(First, _first);
        _store.AddIndex(Second, _second);
    }

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Nothing_that_moves_while_garbage_is_collected_loses_a_chunk()
    {
        int first = Number("PBS_RETENTION_SEED", Environment.TickCount & 0xFFFFFFF);
        int count = Number("PBS_RETENTION_COUNT", DefaultCount), collected = 0, moved = 0, rewritten = 0, refused = 0;
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = Threads }, i =>
        {
            using var store = new MovingStore(first + i);
            try
            {
                store.Run();
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"PBS_RETENTION_SEED={first + i} PBS_RETENTION_COUNT=1: {string.Join(", ", store.History)}: {e.Message}", e);
            }

            if (store.IsCollected) Interlocked.Increment(ref collected);
            if (store.IsCollected && store.Moves > 0) Interlocked.Increment(ref moved);
            if (store.IsCollected && store.Rewrites > 0) Interlocked.Increment(ref rewritten);
            if (!store.IsCollected && store.Moves == 0) Interlocked.Increment(ref refused);
        });

        string result = $"PBS_RETENTION_SEED={first}: of {count} collections {collected} came to their end, {moved} of them among moves, {rewritten} among notes; {refused} were refused for notes alone";
        TestContext.Current.SendDiagnosticMessage(result);
        TestContext.Current.TestOutputHelper?.WriteLine(result);

        // A collection that always refuses, or that nothing disturbs, would prove nothing. A few moves never end, and are refused.
        Assert.True(count < 100 || (moved > count / 2 && rewritten > count / 10 && collected < count), result);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_group_that_is_away_while_it_is_to_be_marked_keeps_its_chunks(bool hasJournal, bool isExchange)
    {
        string home = _store.Disk.PathOf("vm/200"), away = _store.Disk.PathOf(isExchange ? "vm/100" : "vm/201");
        string journal = Path.Combine(_store.Disk.Parent, "move-journal");
        int step = 0;
        void Move()
        {
            if (hasJournal) File.AppendAllText(journal, $"{away}/2024-05-01T10:00:00Z/disk.img.didx\n{home}/2024-05-01T10:00:00Z/disk.img.didx\n");
            if (isExchange) Exchange(home, away);
            else if (Directory.Exists(home)) Directory.Move(home, away);
            else Directory.Move(away, home);
        }

        // Away when the first of the two is marked, back when the second one was looked for.
        var log = new GarbageLog
        {
            OnProgress = status =>
            {
                if (status.StartsWith("marking", StringComparison.Ordinal) && step++ < 2) Move();
            },
        };
        var settings = new GarbageCollectionSettings { MoveJournal = hasJournal ? journal : null };
        Assert.Equal(1, _store.Collect(log, settings).RemovedChunks);
        Assert.True(_store.Has(_first) && _store.Has(_second));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(int.MaxValue)]
    public void A_snapshot_that_flees_from_each_walk_is_found_when_it_rests(int flights)
    {
        // From the last group before it is listed into the first one, which has been by then; back before the next walk. Each walk
        // sees the same names, and never this snapshot.
        string home = _store.Disk.PathOf("vm/zzz/2024-05-01T10:00:00Z"), away = _store.Disk.PathOf("vm/100/2024-06-01T10:00:00Z");
        Digest fleeing = _store.Put("fleeing", 40);
        _store.AddIndex("vm/zzz/2024-05-01T10:00:00Z/disk.img.didx", fleeing);
        int walks = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call != FolderCall.List) return 0;
            if (path == _store.Path && walks++ > 0 && Directory.Exists(away)) Directory.Move(away, home);
            if (path == _store.Disk.PathOf("vm/zzz") && walks <= flights) Directory.Move(home, away);
            return 0;
        });
        var settings = new GarbageCollectionSettings { Pause = static (_, _) => Thread.Sleep(25) };
        if (flights == int.MaxValue)
        {
            Assert.Throws<PbsConflictException>(() => _store.Collect(settings: settings, folders: folders));
            Assert.True(_store.Has(Digest.Of("orphan"u8)));
        }
        else
        {
            GarbageCollectionFile status = _store.Collect(settings: settings, folders: folders);
            Assert.Equal((3, 1), (status.IndexFileCount, status.RemovedChunks));
        }

        Assert.True(_store.Has(fleeing));
    }

    [Fact]
    public void An_index_with_the_inode_of_a_marked_one_is_not_taken_for_it()
    {
        string path = _store.Disk.PathOf(First), other = _store.Disk.PathOf("vm/100/2024-05-02T10:00:00Z");
        Digest late = _store.Put("late", 40);
        byte[] content = File.ReadAllBytes(_store.AddIndex("x.didx", late));
        File.Delete(_store.Disk.PathOf("x.didx"));
        var log = new GarbageLog
        {
            OnProgress = status =>
            {
                if (!status.StartsWith("marking: 1 of ", StringComparison.Ordinal)) return;

                // As if it had been removed and another one been given its inode.
                File.WriteAllBytes(path, content);
                Directory.Move(Path.GetDirectoryName(path)!, other);
                File.Move(Path.Combine(other, "disk.img.didx"), Path.Combine(other, "new.img.didx"));
            },
        };
        Assert.Equal(1, _store.Collect(log).RemovedChunks);
        Assert.True(_store.Has(late) && _store.Has(_second));
    }

    [Fact]
    public void A_store_that_never_rests_is_refused_and_nothing_removed()
    {
        int walks = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call != FolderCall.List || path != _store.Path) return 0;
            Directory.Move(_store.Disk.PathOf(walks % 2 == 0 ? "vm/200" : "vm/300"), _store.Disk.PathOf(walks % 2 == 0 ? "vm/300" : "vm/200"));
            walks++;
            return 0;
        });
        var pauses = new List<TimeSpan>();
        var settings = new GarbageCollectionSettings { Pause = (time, _) => pauses.Add(time) };
        var refusal = Assert.Throws<PbsConflictException>(() => _store.Collect(settings: settings, folders: folders));
        Assert.Equal((PbsErrorId.StoreKeepsChanging, IndexMarking.DefaultWalks), (refusal.ErrorId, walks));
        Assert.Contains($"the last time \"{_store.Disk.PathOf("vm")}\"", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(IndexMarking.DefaultWalks - 1, pauses.Count);
        Assert.Equal(TimeSpan.FromMinutes(1), pauses.Max());
        Assert.True(pauses.Sum(pause => pause.TotalMinutes) > 3);
        Assert.True(_store.Has(_first) && _store.Has(_second) && _store.Has(Digest.Of("orphan"u8)));
        Assert.False(File.Exists(_store.Disk.PathOf(".gc-status")));

        // Figures cost nothing, so they are given with the problem.
        var log = new GarbageLog();
        Assert.Equal(1, _store.Measure(settings, log, folders).ReclaimableChunks);
        Assert.Equal(PbsErrorId.StoreKeepsChanging, Assert.Single(log.Refusals).ErrorId);
    }

    [Fact]
    public void A_store_that_rests_is_looked_at_twice_and_no_index_opened_again()
    {
        int walks = 0;
        var folders = new FaultyFolders((call, path) =>
        {
            if (call == FolderCall.List && path == _store.Path) walks++;
            return 0;
        });
        var pauses = new List<TimeSpan>();
        var log = new GarbageLog();
        GarbageCollectionFile status = _store.Collect(log, new GarbageCollectionSettings { Pause = (time, _) => pauses.Add(time) }, folders: folders);
        Assert.Equal((2, 2, 1), (walks, status.IndexFileCount, status.RemovedChunks));
        Assert.True(pauses.Count <= 1);
        Assert.DoesNotContain(log.Lines, line => line.Contains("moved meanwhile", StringComparison.Ordinal));
    }

    [Fact]
    public void Notes_and_states_that_are_written_all_the_time_do_not_keep_a_collection_from_its_end()
    {
        // One in every 40 ms that the collection waits, and one in the first walk that could have agreed.
        TimeSpan interval = TimeSpan.FromMilliseconds(40), waited = TimeSpan.Zero;
        int walks = 0, written = 0;
        void Write()
        {
            string path = _store.Disk.PathOf("vm/200/2024-05-01T10:00:00Z/index.json.blob");
            File.WriteAllText(path + ".tmp_000000", $"{written++}");
            File.Move(path + ".tmp_000000", path, overwrite: true);
        }

        var folders = new FaultyFolders((call, path) =>
        {
            if (call == FolderCall.List && path == _store.Path && ++walks == 2) Write();
            return 0;
        });
        var settings = new GarbageCollectionSettings
        {
            Pause = (time, _) =>
            {
                for (waited += time; waited >= interval; waited -= interval) Write();
                Thread.Sleep(25);
            },
        };
        Assert.Equal(1, _store.Collect(settings: settings, folders: folders).RemovedChunks);
        Assert.True(walks > 2 && written > 1 && _store.Has(_first) && _store.Has(_second));
    }

    private static void Exchange(string left, string right)
    {
        string third = left + "0";
        Directory.Move(left, third);
        Directory.Move(right, left);
        Directory.Move(third, right);
    }

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int value) ? value : otherwise;
}
