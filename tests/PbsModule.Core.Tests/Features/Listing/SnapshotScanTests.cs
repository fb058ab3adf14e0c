using PbsModule.Core.Features.Listing;

namespace PbsModule.Core.Tests;

/// <summary>Reading ahead on several threads: everything arrives, once, in order; whoever stops early leaves nothing behind.</summary>
public sealed class SnapshotScanTests(SnapshotScanTests.ManyGroups store) : IClassFixture<SnapshotScanTests.ManyGroups>
{
    /// <summary>A few large groups between many small ones.</summary>
    public sealed class ManyGroups : IDisposable
    {
        private static readonly int[] Sizes = [1, 70, 1, 2, 1, 150, .. Enumerable.Repeat(1, 40), 3, 65, 64, 1];

        private readonly StoreOnDisk _store = new();

        public ManyGroups()
        {
            for (int group = 0; group < Sizes.Length; group++)
            {
                string path = $"vm/{100 + group}";
                _store.AddGroup(path);
                for (int snapshot = 0; snapshot < Sizes[group]; snapshot++) _store.AddSnapshot(path, 1_600_000_000 + (snapshot * 3600L));
            }
        }

        public string Path => _store.Path;

        public int Count => Sizes.Sum();

        public void Dispose() => _store.Dispose();
    }

    [Fact]
    public void Every_snapshot_comes_once_and_in_order_however_many_threads_read()
    {
        string[] expected = [.. new Listing(store.Path, helpers: 0).Snapshots().Select(snapshot => snapshot.ToString())];
        Assert.Equal(store.Count, expected.Length);
        Assert.Equal(expected, new Listing(store.Path).Snapshots().Order().Select(snapshot => snapshot.ToString()));
        foreach (int helpers in (int[])[1, 2, 7])
        {
            var listing = new Listing(store.Path, helpers: helpers);
            for (int run = 0; run < 20; run++) Assert.Equal(expected, listing.Snapshots().Select(snapshot => snapshot.ToString()));
        }
    }

    [Fact]
    public void An_enumeration_that_ends_early_leaves_no_open_folder_behind()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("open descriptors are counted through /proc");
        var listing = new Listing(store.Path, helpers: 3);
        for (int taken = 0; taken < 300; taken += 13)
        {
            using (IEnumerator<SnapshotInfo> snapshots = listing.Engine.Snapshots.List(listing.Store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None).GetEnumerator())
            {
                for (int i = 0; i < taken; i++) Assert.True(snapshots.MoveNext());
            }

            Assert.DoesNotContain(OpenPaths(), path => path.StartsWith(store.Path, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Cancellation_ends_an_enumeration()
    {
        var listing = new Listing(store.Path);
        using var source = new CancellationTokenSource();
        int count = 0;
        Assert.ThrowsAny<OperationCanceledException>(() =>
        {
            foreach (SnapshotInfo _ in listing.Engine.Snapshots.List(listing.Store, new SnapshotQuery(), Assert.NotNull, source.Token))
            {
                if (++count == 10) source.Cancel();
            }
        });
        Assert.InRange(count, 10, 300);
        Assert.DoesNotContain(OperatingSystem.IsLinux() ? OpenPaths() : [], path => path.StartsWith(store.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void What_a_snapshot_costs_in_memory_does_not_grow_with_their_number()
    {
        var listing = new Listing(store.Path, helpers: 0);
        long few = Allocated(new SnapshotQuery { Latest = 1 }, out int fewCount), all = Allocated(new SnapshotQuery(), out int allCount);
        double each = (all - few) / (double)(allCount - fewCount);
        Assert.InRange(each, 50, 1000);

        long Allocated(SnapshotQuery query, out int count)
        {
            Assert.NotEmpty(listing.Engine.Snapshots.List(listing.Store, query, Assert.NotNull, CancellationToken.None));
            long before = GC.GetAllocatedBytesForCurrentThread();
            count = listing.Engine.Snapshots.List(listing.Store, query, Assert.NotNull, CancellationToken.None).Count();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static IEnumerable<string> OpenPaths()
    {
        foreach (string descriptor in Directory.GetFiles("/proc/self/fd").Concat(Directory.GetDirectories("/proc/self/fd")))
        {
            string? target = new FileInfo(descriptor).LinkTarget;
            if (target is not null) yield return target;
        }
    }
}
