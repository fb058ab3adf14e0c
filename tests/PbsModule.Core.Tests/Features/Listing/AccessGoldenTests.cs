using System.Text.Json.Nodes;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>What each identity is shown of a registered store, against the answers of a real PBS.</summary>
public sealed class AccessGoldenTests
{
    private static readonly JsonNode Golden = Corpus.JsonNode("ds1.expected/list-by-user.json");

    public static TheoryData<string> AuthIds => [.. Golden["namespaces"]!.AsObject().Select(pair => pair.Key)];

    private static ServerFolder Server()
    {
        var server = new ServerFolder();
        server.Register(("ds1", GoldenStore.Ds1.Path, ""));
        server.Write("acl.cfg", (string)Golden["acl.cfg"]!);
        server.Write("user.cfg", (string)Golden["user.cfg"]!);
        return server;
    }

    [Theory]
    [MemberData(nameof(AuthIds))]
    public void Each_identity_sees_the_snapshots_PBS_shows_it(string authid)
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session(authid);
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        foreach (JsonNode? expected in Golden["lists"]!.AsArray().Where(list => (string)list!["authid"]! == authid))
        {
            var query = new SnapshotQuery { Namespace = BackupNamespace.Parse((string)expected!["ns"]!) };
            if (expected["error"] is { } error)
            {
                PbsPermissionException refused = Assert.Throws<PbsPermissionException>(() => List(engine, store, query));
                Assert.Equal((string)error!, "Error: " + refused.Message);
                Assert.Equal(PbsErrorId.PermissionDenied, refused.ErrorId);
                Assert.Equal(refused.Message, Assert.Throws<PbsPermissionException>(() => engine.Groups.List(store, query, Assert.NotNull, CancellationToken.None).ToList()).Message);
                Conformance.Agrees(Conformance.Access, $"list of {authid} in {query.Namespace}");
                continue;
            }

            string[] wanted = [.. expected["snapshots"]!.AsArray().Select(text => (string)text!)];
            Assert.Equal(wanted, List(engine, store, query).Select(snapshot => $"{snapshot.BackupType}/{snapshot.BackupId}/{snapshot.BackupTime.ToUnixTimeSeconds()}"));
            Assert.Equal(
                wanted.Select(text => text[..text.LastIndexOf('/')]).Distinct(),
                engine.Groups.List(store, query, Assert.NotNull, CancellationToken.None).Select(group => $"{group.BackupType}/{group.BackupId}"));
            Conformance.Agrees(Conformance.Access, $"list of {authid} in {query.Namespace}");
        }
    }

    [Theory]
    [MemberData(nameof(AuthIds))]
    public void Each_identity_sees_the_namespaces_PBS_shows_it(string authid)
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session(authid);
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        string[] expected = [.. Golden["namespaces"]![authid]!.AsArray().Select(ns => (string)ns!["ns"]!).Order(StringComparer.Ordinal)];
        if (expected.Length > 0) Assert.Equal(expected, Namespaces());
        else Assert.Throws<PbsPermissionException>(Namespaces);
        Conformance.Agrees(Conformance.Access, $"namespaces of {authid}");

        string[] Namespaces() => [.. engine.Namespaces.List(store, new NamespaceQuery { Recurse = true }, Assert.NotNull, CancellationToken.None).Select(ns => ns.Namespace)];
    }

    [Theory]
    [MemberData(nameof(AuthIds))]
    public void A_recursive_listing_is_the_sum_of_the_namespaces_that_may_be_listed(string authid)
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session(authid);
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        int expected = Golden["lists"]!.AsArray().Where(list => (string)list!["authid"]! == authid && list["snapshots"] is not null).Sum(list => list!["snapshots"]!.AsArray().Count);
        if (authid == "nobody@pbs") Assert.Throws<PbsPermissionException>(() => List(engine, store, new SnapshotQuery { Recurse = true }));
        else Assert.Equal(expected, List(engine, store, new SnapshotQuery { Recurse = true }).Count);
    }

    [Fact]
    public void A_group_of_somebody_else_reads_like_one_that_is_not_there()
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session("backup@pbs");
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        SnapshotPath foreign = SnapshotPath.Parse("vm/100/2024-05-05T00:00:02Z");
        SnapshotPath missing = SnapshotPath.Parse("vm/999/2024-05-05T00:00:02Z");
        Action<SnapshotPath>[] uses =
        [
            path => _ = engine.Files.List(store, path, CancellationToken.None).ToList(),
            path => engine.Notes.GetSnapshotNote(store, path),
            path => engine.Notes.GetGroupNote(store, path.Namespace, path.Group),
            path => engine.Removal.CheckSnapshotRemoval(store, path),
            path => engine.Owner.Check(store, path.Namespace, path.Group, Authid.Parse("backup@pbs")),
        ];
        foreach (Action<SnapshotPath> use in uses)
        {
            PbsException refused = Assert.ThrowsAny<PbsException>(() => use(foreign));
            PbsException not = Assert.ThrowsAny<PbsException>(() => use(missing));
            Assert.Equal(not.ErrorId, refused.ErrorId);
            Assert.Equal(not.Message.Replace("999", "100", StringComparison.Ordinal), refused.Message);
        }

        List<ListingProblem> problems = [];
        var both = new SnapshotQuery { Snapshots = [foreign, missing] };
        Assert.Empty(engine.Snapshots.List(store, both, problems.Add, CancellationToken.None));
        Assert.Equal([PbsErrorId.GroupNotFound, PbsErrorId.GroupNotFound], problems.Select(problem => problem.ErrorId));
        problems.Clear();
        Assert.Empty(engine.Groups.List(store, new GroupQuery { Ids = [NameFilter.Literal("100")] }, problems.Add, CancellationToken.None));
        Assert.Equal(PbsErrorId.GroupNotFound, Assert.Single(problems, problem => problem.Kind == ListingProblemKind.Error).ErrorId);
    }

    [Fact]
    public void Who_only_sees_his_own_learns_nothing_of_groups_without_an_owner()
    {
        using ServerFolder server = Server();
        server.Register(("ds1", GoldenStore.Corrupt.Path, ""));
        List<ListingProblem> problems = [];
        PbsEngine engine = server.Session("backup@pbs");
        List<GroupInfo> groups = [.. engine.Groups.List(engine.Resolver.Resolve("ds1"), new GroupQuery { Recurse = true, Force = true }, problems.Add, CancellationToken.None)];
        Assert.NotEmpty(groups);
        Assert.All(groups, group => Assert.NotNull(group.Owner));
        Assert.DoesNotContain(problems, problem => problem.Message.Contains("signed", StringComparison.Ordinal));
    }

    private static List<SnapshotInfo> List(PbsEngine engine, DatastoreContext store, SnapshotQuery query) =>
        [.. engine.Snapshots.List(store, query, Assert.NotNull, CancellationToken.None)];
}
