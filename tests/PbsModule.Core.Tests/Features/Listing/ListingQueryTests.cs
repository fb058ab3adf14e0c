using PbsModule.Core.Errors;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Filters, order, exact names, notes and states of the golden store.</summary>
public sealed class ListingQueryTests
{
    private static Listing Ds1 => new(GoldenStore.Ds1.Path);

    [Fact]
    public void Everything_comes_by_namespace_type_id_and_time()
    {
        List<SnapshotInfo> snapshots = Ds1.Snapshots(new SnapshotQuery { Recurse = true });
        Assert.Equal(26, snapshots.Count);
        Assert.Equal(snapshots.Order(), snapshots);
        Assert.Equal(["ct", "host", "vm"], snapshots.Where(snapshot => snapshot.Namespace.Length == 0).Select(snapshot => snapshot.BackupType).Distinct());
        Assert.Equal(["", "a", "a/b"], snapshots.Select(snapshot => snapshot.Namespace).Distinct());
        Assert.Equal("ns/a/ns/b/vm/200/2024-07-03T00:00:00Z", snapshots[^1].ToString());
        Assert.All(snapshots, snapshot => Assert.Equal(GoldenStore.Ds1.Path, snapshot.Datastore));
    }

    [Fact]
    public void Ids_are_ordered_as_numbers_before_names()
    {
        using var store = new StoreOnDisk();
        string[] ids = ["2", "10", "100", "1000", "07", "a", "B", "_x", "18446744073709551616"];
        foreach (string id in ids)
        {
            store.AddGroup($"vm/{id}");
            store.AddSnapshot($"vm/{id}", 1000);
        }

        Assert.Equal(["2", "07", "10", "100", "1000", "18446744073709551616", "B", "_x", "a"], new Listing(store.Path).Groups().Select(group => group.BackupId));
    }

    [Theory]
    [InlineData(0, 22)]
    [InlineData(1, 24)]
    [InlineData(2, 26)]
    public void Depth_bounds_the_recursion(int depth, int count) => Assert.Equal(count, Ds1.Snapshots(new SnapshotQuery { Depth = depth }).Count);

    [Fact]
    public void Filters_are_combined()
    {
        Assert.Equal(7, Count(new SnapshotQuery { Types = [BackupType.Ct, BackupType.Vm], Recurse = true }));
        Assert.Equal(5, Count(new SnapshotQuery { Ids = [NameFilter.Pattern("al*", id => id.StartsWith("al", StringComparison.Ordinal))] }));
        Assert.Equal(1, Count(new SnapshotQuery { Protected = true }));
        Assert.Equal(2, Count(new SnapshotQuery { Encrypted = true }));
        Assert.Equal(3, Count(new SnapshotQuery { Finished = false }));
        Assert.Equal(3, Count(new SnapshotQuery { VerifyStates = [VerifyState.Ok, VerifyState.Failed] }));
        Assert.Equal(1, Count(new SnapshotQuery { VerifyStates = [VerifyState.Failed] }));
        Assert.Equal(4, Count(new SnapshotQuery { Owners = [NameFilter.Literal("admin@pbs!t1")], Recurse = true }));
        Assert.Equal(3, Count(new SnapshotQuery { Comments = [NameFilter.Literal("ct101")] }));
    }

    [Fact]
    public void After_is_inclusive_and_before_is_not()
    {
        var alpha = new SnapshotQuery { Groups = [GroupPath.Parse("host/alpha")] };
        DateTimeOffset third = DateTimeOffset.FromUnixTimeSeconds(1704065400);
        Assert.Equal(3, Count(alpha with { After = third }));
        Assert.Equal(2, Count(alpha with { Before = third }));
        Assert.Equal(2, Count(alpha with { After = third.AddTicks(1) }));
        Assert.Equal(3, Count(alpha with { Before = third.AddTicks(1) }));
        Assert.Equal(0, Count(alpha with { After = third, Before = third }));
    }

    [Fact]
    public void Latest_takes_the_newest_of_each_group_that_pass_the_other_filters()
    {
        List<SnapshotInfo> newest = Ds1.Snapshots(new SnapshotQuery { Recurse = true, Latest = 1 });
        Assert.Equal(11, newest.Count);
        Assert.Contains("host/partial/2024-05-03T00:00:00Z", newest.Select(snapshot => snapshot.ToString()));
        List<SnapshotInfo> finished = Ds1.Snapshots(new SnapshotQuery { Recurse = true, Latest = 2, Finished = true });
        Assert.Equal(
            ["ct/101/2024-02-29T22:15:00Z", "ct/101/2024-03-01T22:15:00Z"],
            finished.Where(snapshot => snapshot.BackupType == "ct" && snapshot.Namespace.Length == 0).Select(snapshot => snapshot.ToString()));
        Assert.Contains("host/partial/2024-05-01T00:00:00Z", finished.Select(snapshot => snapshot.ToString()));
        Assert.Equal(finished.Order(), finished);
    }

    [Fact]
    public void Filters_hold_for_snapshots_that_are_named_one_by_one()
    {
        SnapshotPath[] all = [.. Ds1.Snapshots(new SnapshotQuery { Recurse = true }).Select(snapshot => SnapshotPath.Parse(snapshot.ToString()))];
        var may = DateTimeOffset.FromUnixTimeSeconds(1714521600);
        SnapshotQuery[] filters =
        [
            new() { After = may },
            new() { Before = may },
            new() { Owners = [NameFilter.Literal("backup@pbs")] },
            new() { Protected = true },
            new() { Latest = 1 },
            new() { Latest = 2, Finished = true },
            new() { Times = [may, DateTimeOffset.FromUnixTimeSeconds(1719792000)] },
        ];
        foreach (SnapshotQuery filter in filters)
        {
            List<SnapshotInfo> listed = Ds1.Snapshots(filter with { Recurse = true });
            Assert.InRange(listed.Count, 1, all.Length - 1);
            Assert.Equal(listed.Select(snapshot => snapshot.ToString()), Ds1.Snapshots(filter with { Snapshots = all }).Select(snapshot => snapshot.ToString()));
        }

        Assert.Equal(11, Ds1.Snapshots(new SnapshotQuery { Snapshots = [.. all.Reverse(), .. all], Latest = 1 }).Count);
    }

    [Fact]
    public void Named_snapshots_come_as_named_and_missing_ones_are_reported()
    {
        string[] names = ["vm/100/2024-05-12T00:00:02Z", "ns/a/host/beta/2024-07-01T00:00:00Z", "vm/100/2024-05-12T00:00:03Z", "vm/999/2024-05-12T00:00:02Z", "ns/none/vm/1/2024-05-12T00:00:02Z", "ct/101/2024-02-28T22:15:00Z"];
        Listing listing = Ds1;
        Assert.Equal([names[0], names[1], names[5]], listing.Snapshots(new SnapshotQuery { Snapshots = [.. names.Select(SnapshotPath.Parse)] }).Select(snapshot => snapshot.ToString()));
        Assert.Equal(
            [(PbsErrorId.SnapshotNotFound, names[2]), (PbsErrorId.GroupNotFound, names[3]), (PbsErrorId.NamespaceNotFound, names[4])],
            listing.Problems.Select(problem => (problem.ErrorId, problem.Target)));
        Assert.All(listing.Problems, problem => Assert.IsType<PbsNotFoundException>(problem.Exception));
    }

    [Fact]
    public void A_literal_that_matches_nothing_is_an_error_and_a_pattern_is_not()
    {
        Listing listing = Ds1;
        Assert.Single(listing.Groups(new GroupQuery { Ids = [NameFilter.Literal("alpha"), NameFilter.Literal("nope"), NameFilter.Pattern("z*", _ => false)] }));
        ListingProblem problem = Assert.Single(listing.Problems, problem => problem.Kind == ListingProblemKind.Error);
        Assert.Equal((PbsErrorId.GroupNotFound, "nope"), (problem.ErrorId, problem.Target));
        Assert.Equal(PbsErrorId.NamespaceNotFound, Assert.Throws<PbsNotFoundException>(() => listing.Groups(new GroupQuery { Namespace = BackupNamespace.Parse("x/y") })).ErrorId);
    }

    [Fact]
    public void Empty_groups_are_shown_only_when_forced()
    {
        var query = new GroupQuery { Ids = [NameFilter.Literal("empty-group")] };
        Assert.Empty(Ds1.Groups(query));
        GroupInfo empty = Assert.Single(Ds1.Groups(query with { Force = true }));
        Assert.Equal((0, null), (empty.BackupCount, empty.LastBackup));
        Assert.Empty(empty.Files);
    }

    [Fact]
    public void Notes_come_whole_and_comments_are_their_first_line()
    {
        Listing listing = Ds1;
        NoteInfo snapshot = listing.Engine.Notes.GetSnapshotNote(listing.Store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z"));
        Assert.StartsWith("line one of notes ü\n", snapshot.Text, StringComparison.Ordinal);
        Assert.Equal("host/alpha/2024-06-01T12:00:00Z", snapshot.ToString());
        NoteInfo group = listing.Engine.Notes.GetGroupNote(listing.Store, BackupNamespace.Root, GroupPath.Parse("host/alpha"));
        Assert.Equal(("Group comment first line", "host/alpha"), (group.Text.Split('\n')[0], group.ToString()));
        Assert.Equal("", listing.Engine.Notes.GetGroupNote(listing.Store, BackupNamespace.Root, GroupPath.Parse("vm/100")).Text);
        Assert.Equal("", listing.Engine.Notes.GetSnapshotNote(listing.Store, SnapshotPath.Parse("host/enc/2024-04-01T08:00:00Z")).Text);
    }

    [Fact]
    public void States_are_values_and_lists_print_their_names()
    {
        List<SnapshotInfo> snapshots = Ds1.Snapshots();
        SnapshotInfo verified = snapshots.Last(snapshot => snapshot.BackupType == "ct");
        Assert.Equal((VerifyState.Ok, DateTimeOffset.FromUnixTimeSeconds(0x6B02463A)), (verified.VerifyState, verified.VerifyTime));
        Assert.Equal("pct.conf.blob, root.pxar.didx, catalog.pcat1.didx, index.json.blob", verified.Files.ToString());
        SnapshotInfo encrypted = snapshots.Last(snapshot => snapshot.Encrypted);
        Assert.Equal((null, null, "client.log.blob"), (encrypted.Files[^1].Size, encrypted.Files[^1].CryptMode, encrypted.Files[^1].FileName));
        Assert.Equal(TimeSpan.Zero, verified.BackupTime.Offset);
        Assert.Equal("catalog.pcat1.didx, index.json.blob, pct.conf.blob, root.pxar.didx", Ds1.Groups()[0].Files.ToString());
        Assert.Equal("Group comment first line", Ds1.Groups(new GroupQuery { Comments = [NameFilter.Pattern("G*", text => text.StartsWith('G'))] })[0].Comment);
    }

    [Fact]
    public void The_status_counts_and_remembers_the_last_garbage_collection()
    {
        using GoldenStore copy = GoldenStore.Copy();
        var listing = new Listing(copy.Path);
        DatastoreStatus status = listing.Engine.Status.Get(listing.Store, Assert.NotNull, CancellationToken.None);
        Assert.Equal(new DatastoreCounts(new TypeCount(2, 4), new TypeCount(7, 19), new TypeCount(2, 3)), status.Counts);
        Assert.True(status.Total > 0 && status.Used > 0 && status.Available > 0 && status.Used + status.Available <= status.Total);
        Assert.Null(status.LastGarbageCollection);
        Assert.Null(status.ActiveOperations);

        File.WriteAllText(copy.PathOf(".gc-status"), """{"upid":"UPID:vm:00002767:00054816:00000000:6B02463A:garbage_collection:ds1:root@pam:","index-file-count":49,"index-data-bytes":5,"disk-bytes":6,"disk-chunks":7,"removed-bytes":8,"removed-chunks":9,"pending-bytes":10,"pending-chunks":11,"removed-bad":12,"still-bad":13,"cache-stats":{"hits":1,"misses":2}}""");
        GarbageCollectionStatus last = listing.Engine.Status.Get(listing.Store, Assert.NotNull, CancellationToken.None).LastGarbageCollection!;
        Assert.Equal((49L, 5L, 6L, 7L, 8L, 9L), (last.IndexFileCount, last.IndexDataBytes, last.DiskBytes, last.DiskChunks, last.RemovedBytes, last.RemovedChunks));
        Assert.Equal((10L, 11L, 12L, 13L, 0x6B02463AL), (last.PendingBytes, last.PendingChunks, last.RemovedBad, last.StillBad, last.StartTime!.Value.ToUnixTimeSeconds()));

        File.WriteAllText(copy.PathOf(".gc-status"), "{");
        List<ListingProblem> problems = [];
        Assert.Null(listing.Engine.Status.Get(listing.Store, problems.Add, CancellationToken.None).LastGarbageCollection);
        Assert.StartsWith("error reading gc-status: ", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    private static int Count(SnapshotQuery query) => Ds1.Snapshots(query).Count;
}
