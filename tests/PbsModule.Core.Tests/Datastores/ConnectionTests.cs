using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Connections, what texts mean which store, and what a caller is shown of stores as such.</summary>
public sealed class ConnectionTests
{
    private const string Acl = """
        acl:1:/datastore/ds1:auditor@pbs:DatastoreAudit
        acl:1:/datastore/ds1/a:guest@pbs:DatastoreReader
        acl:1:/datastore/ds1:reader@pbs:DatastoreReader
        acl:1:/datastore/ds1:owner@pbs:DatastoreBackup

        """;

    private static ServerFolder Server(string further = "", string? path = null)
    {
        var server = new ServerFolder();
        server.Register(("ds1", path ?? GoldenStore.Ds1.Path, $"\tcomment golden\n{further}"));
        server.Write("acl.cfg", Acl);
        server.Write("user.cfg", "user: auditor@pbs\n\nuser: guest@pbs\n\nuser: reader@pbs\n\nuser: owner@pbs\n");
        return server;
    }

    [Fact]
    public void A_name_needs_a_connection_and_must_be_registered()
    {
        PbsArgumentException without = Assert.Throws<PbsArgumentException>(() => new PbsEngine(Connection.None).Resolver.Resolve("ds1"));
        Assert.Equal(PbsErrorId.NotConnected, without.ErrorId);
        using ServerFolder server = Server();
        PbsNotFoundException unknown = Assert.Throws<PbsNotFoundException>(() => server.Session().Resolver.Resolve("nosuch"));
        Assert.Equal("no such datastore 'nosuch'", unknown.Message);
        DatastoreContext store = server.Session().Resolver.Resolve("ds1");
        Assert.Equal(("ds1", "ds1", DatastoreAccessControl.Enforced), (store.Text, store.Name, store.AccessControl));
    }

    [Fact]
    public void A_name_that_is_not_there_reads_like_one_the_caller_may_not_know_of()
    {
        using ServerFolder server = Server();
        server.Write("user.cfg", "user: nobody@pbs\n");
        PbsEngine engine = server.Session("nobody@pbs");
        foreach (Action<DatastoreContext> use in (Action<DatastoreContext>[])[
            store => engine.Datastores.Get(store),
            store => engine.Status.Get(store, Assert.NotNull, CancellationToken.None),
            store => _ = engine.Namespaces.List(store, new NamespaceQuery(), Assert.NotNull, CancellationToken.None).Count(),
            store => _ = engine.Groups.List(store, new GroupQuery(), Assert.NotNull, CancellationToken.None).Count(),
            store => _ = engine.Groups.List(store, new GroupQuery { Recurse = true }, Assert.NotNull, CancellationToken.None).Count(),
            store => engine.Garbage.GetStatus(store, Assert.NotNull),
            store => engine.NamespaceChanges.CheckCreation(store, BackupNamespace.Parse("x")),
        ])
        {
            PbsException there = Assert.ThrowsAny<PbsException>(() => use(engine.Resolver.Resolve("ds1")));
            PbsException not = Assert.ThrowsAny<PbsException>(() => use(engine.Resolver.Resolve("ds2")));
            Assert.Equal(there.GetType(), not.GetType());
            Assert.Equal(there.ErrorId, not.ErrorId);
            Assert.Equal(there.Message.Replace("ds1", "ds2", StringComparison.Ordinal), not.Message);
        }

        Assert.Throws<PbsNotFoundException>(() => server.Session("nobody@pbs").Resolver.Resolve("no name"));
    }

    [Fact]
    public void A_path_of_a_store_the_caller_may_not_know_of_does_not_tell_its_name()
    {
        using ServerFolder server = Server();
        server.Write("user.cfg", "user: nobody@pbs\n");
        PbsEngine engine = server.Session("nobody@pbs");
        using var folder = new TemporaryFolder();
        string missing = folder["none"];
        PbsException not = Refusal(missing);
        foreach (string path in (string[])[GoldenStore.Ds1.Path, Path.Combine(GoldenStore.Ds1.Path, "vm")])
        {
            PbsException hidden = Refusal(path);
            Assert.Equal(not.GetType(), hidden.GetType());
            Assert.Equal(not.ErrorId, hidden.ErrorId);
            Assert.Equal(not.Message.Replace(missing, path, StringComparison.Ordinal), hidden.Message);
        }

        Assert.Empty(engine.Finder.Find(GoldenStore.Ds1.Path, 0, static _ => { }, CancellationToken.None));

        PbsException Refusal(string path) =>
            Assert.ThrowsAny<PbsException>(() => engine.Datastores.Get(engine.Resolver.Resolve(path)));
    }

    [Fact]
    public void Who_only_sees_his_own_is_told_nothing_of_what_is_somebody_elses()
    {
        using var folder = new TemporaryFolder();
        string store = folder["store"];
        Directory.CreateDirectory(Path.Combine(store, ".chunks"));
        foreach (string place in (string[])[store, Path.Combine(store, "ns", "a")])
        {
            Directory.CreateDirectory(Path.Combine(place, "vm", "100", "2024-01-01T00:00:00Z"));
            File.WriteAllText(Path.Combine(place, "vm", "100", "owner"), "auditor@pbs\n");
            Directory.CreateDirectory(Path.Combine(place, "vm", "foreign name"));
            Directory.CreateSymbolicLink(Path.Combine(place, "vm", "linked"), "100");
            Directory.CreateDirectory(Path.Combine(place, "vm", "damaged", "2024-01-01T00:00:00Z"));
        }

        Directory.CreateDirectory(Path.Combine(store, "ns", "no namespace"));
        using ServerFolder server = Server(path: store);
        foreach ((string caller, int problems) in (ReadOnlySpan<(string, int)>)[("owner@pbs", 0), ("auditor@pbs", 7)])
        {
            PbsEngine engine = server.Session(caller);
            List<ListingProblem> told = [];
            _ = engine.Groups.List(engine.Resolver.Resolve("ds1"), new GroupQuery { Recurse = true }, told.Add, CancellationToken.None).Count();
            Assert.Equal(problems, told.Count);
            _ = engine.Namespaces.List(engine.Resolver.Resolve("ds1"), new NamespaceQuery { Recurse = true }, told.Add, CancellationToken.None).Count();
            // Who may look into a namespace may know of all below it.
            Assert.Equal(problems + 1, told.Count);
        }
    }

    [Theory]
    [InlineData("vm/100")]
    [InlineData("vm/999")]
    public void A_group_asked_for_by_name_reads_the_same_whether_it_is_somebody_elses_or_not_there(string name)
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session("owner@pbs");
        List<ListingProblem> told = [];
        Assert.Empty(engine.Groups.List(engine.Resolver.Resolve("ds1"), new GroupQuery { Groups = [GroupPath.Parse(name)] }, told.Add, CancellationToken.None));
        ListingProblem problem = Assert.Single(told);
        Assert.Equal((PbsErrorId.GroupNotFound, $"there is no group '{name}' in datastore 'ds1', root namespace"), (problem.ErrorId, problem.Message));
        Assert.Equal(name, problem.Target);
    }

    [Fact]
    public void A_path_outside_of_all_registered_stores_has_no_access_control()
    {
        using ServerFolder server = Server();
        DatastoreContext store = server.Session("guest@pbs").Resolver.Resolve(GoldenStore.Corrupt.Path);
        Assert.Null(store.Name);
        Assert.Equal(DatastoreAccessControl.None, store.AccessControl);
        Assert.Equal(GoldenStore.Corrupt.Path, store.Text);
        Assert.NotEmpty(server.Session("guest@pbs").Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/host/alpha")]
    [InlineData("/ns/a")]
    [InlineData("/../ds1")]
    [InlineData("/nothing/there")]
    public void A_path_in_a_registered_store_is_that_store(string below)
    {
        using ServerFolder server = Server();
        DatastoreContext store = server.Session("guest@pbs").Resolver.Resolve(GoldenStore.Ds1.Path + below);
        Assert.Equal(("ds1", GoldenStore.Ds1.Path, GoldenStore.Ds1.Path, DatastoreAccessControl.Enforced), (store.Name, store.Path, store.Text, store.AccessControl));
        Assert.Throws<PbsPermissionException>(() => new PbsEngine(Connection.None).Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None).ToList());
    }

    [Fact]
    public void A_link_to_a_registered_store_is_that_store()
    {
        using ServerFolder server = Server();
        string link = Path.Combine(server.Root, "link"), second = Path.Combine(server.Root, "second");
        Directory.CreateSymbolicLink(link, GoldenStore.Ds1.Parent);
        Directory.CreateSymbolicLink(second, "link/ds1");
        Assert.Equal("ds1", server.Session().Resolver.Resolve(second).Name);
        Assert.Equal("ds1", server.Session().Resolver.Resolve(Path.Combine(link, "ds1", "host")).Name);
        Assert.Null(server.Session().Resolver.Resolve(link).Name);
    }

    [Fact]
    public void A_store_registered_through_a_link_is_found_by_its_real_path()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateSymbolicLink(folder["link"], GoldenStore.Ds1.Path);
        using ServerFolder server = Server(path: folder["link"]);
        Assert.Equal("ds1", server.Session().Resolver.Resolve(GoldenStore.Ds1.Path).Name);
    }

    [Fact]
    public void What_looks_like_a_path_is_one()
    {
        Assert.All((string[])[".", "./ds1", "..", "~", "~/x", "/x", "a/b"], text => Assert.True(DatastoreResolver.IsPath(text)));
        Assert.All((string[])["ds1", "a.b", "x~"], text => Assert.False(DatastoreResolver.IsPath(text)));
        Assert.Equal(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), new PbsEngine(Connection.None).Resolver.Resolve("~").Path);
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "ds1"), new PbsEngine(Connection.None).Resolver.Resolve("./ds1/").Path);
    }

    [Fact]
    public void A_configuration_that_is_not_there_or_damaged_is_told_at_once()
    {
        using var server = new ServerFolder();
        PbsNotFoundException missing = Assert.Throws<PbsNotFoundException>(() => Connection.Local(server.Options with { ConfigRoot = Path.Combine(server.Root, "none") }));
        Assert.Equal(PbsErrorId.ConfigurationNotFound, missing.ErrorId);
        server.Write("datastore.cfg", "nonsense\n");
        Assert.Equal(PbsErrorId.ConfigurationInvalid, Assert.Throws<PbsFormatException>(() => server.Session()).ErrorId);
    }

    [Theory]
    [InlineData("root@pam", "golden", true)]
    [InlineData("auditor@pbs", "golden", true)]
    [InlineData("owner@pbs", "golden", true)]
    [InlineData("guest@pbs", null, false)]
    [InlineData("reader@pbs", "golden", true)]
    public void A_store_is_shown_as_far_as_the_caller_may_know_of_it(string authid, string? comment, bool isPathShown)
    {
        using ServerFolder server = Server("\tmaintenance-mode type=read-only,message=\"back soon\"\n");
        DatastoreInfo info = Assert.Single(server.Session(authid).Datastores.List([], Assert.NotNull, CancellationToken.None));
        Assert.Equal(("ds1", "ds1", comment, isPathShown ? GoldenStore.Ds1.Path : null), (info.Datastore, info.Name, info.Comment, info.Path));
        Assert.Equal("type=read-only,message=\"back soon\"", info.MaintenanceMode);
        Assert.True(info.IsAvailable);
    }

    [Fact]
    public void A_store_that_is_not_for_the_caller_is_not_there()
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session("nobody@pbs");
        List<ListingProblem> problems = [];
        Assert.Empty(engine.Datastores.List([], problems.Add, CancellationToken.None));
        Assert.Empty(problems);
        Assert.Empty(engine.Datastores.List([NameFilter.Literal("ds1"), NameFilter.Literal("other")], problems.Add, CancellationToken.None));
        Assert.Equal(["no such datastore 'ds1'", "no such datastore 'other'"], problems.Select(problem => problem.Message));
        Assert.Equal("permission check failed", Assert.Throws<PbsPermissionException>(() => engine.Status.Get(engine.Resolver.Resolve("ds1"), Assert.NotNull, CancellationToken.None)).Message);
    }

    [Theory]
    [InlineData("root@pam", true, 8, 22 + 2 + 2, true)]
    [InlineData("auditor@pbs", true, 8, 22 + 2 + 2, true)]
    [InlineData("reader@pbs", true, 8, 22 + 2 + 2, true)]
    [InlineData("owner@pbs", true, 0, 0, false)]
    [InlineData("guest@pbs", false, 0, 2 + 2, false)]
    public void The_status_shows_what_the_caller_may_know(string authid, bool showsSizes, int rootGroups, int snapshots, bool showsOperations)
    {
        using ServerFolder server = Server();
        PbsEngine engine = server.Session(authid);
        DatastoreStatus status = engine.Status.Get(engine.Resolver.Resolve("ds1"), Assert.NotNull, CancellationToken.None);
        Assert.Equal(showsSizes, status.Total > 0);
        Assert.Equal(snapshots, status.Counts!.Snapshots);
        Assert.Equal(snapshots == 0 ? 0 : rootGroups + 3, status.Counts.Groups);
        Assert.Equal(showsOperations ? new ActiveOperations(0, 0) : null, status.ActiveOperations);
    }

    [Theory]
    [InlineData("offline", "datastore 'ds1' is in offline maintenance mode: ")]
    [InlineData("delete", "datastore 'ds1' is in datastore is being deleted")]
    public void Maintenance_mode_is_obeyed(string mode, string message)
    {
        using ServerFolder server = Server($"\tmaintenance-mode {mode}\n");
        PbsEngine engine = server.Session();
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        Assert.Equal(message, Assert.Throws<PbsConflictException>(() => engine.Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None).ToList()).Message);
        DatastoreInfo info = engine.Datastores.Get(store);
        Assert.False(info.IsAvailable);
        Assert.Equal(message, info.Problem);
        server.Register(("ds1", GoldenStore.Ds1.Path, "\tmaintenance-mode read-only\n"));
        Assert.NotEmpty(engine.Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None));
    }

    [Fact]
    public void A_store_on_S3_can_be_listed_and_read_and_nothing_else()
    {
        using ServerFolder server = Server("\tbackend type=s3,client=client1,bucket=bucket1\n");
        PbsEngine engine = server.Session();
        DatastoreContext store = engine.Resolver.Resolve("ds1");
        Assert.Equal(("s3", "bucket1 on client1"), (engine.Datastores.Get(store).Backend, engine.Datastores.Get(store).Bucket));
        foreach (string type in (string[])["s3-endpoint", "s3client"])
        {
            server.Write("s3.cfg", $"{type}: client1\n\taccess-key AK\n\tendpoint s3.example.com\n\tnew-limit 7\n\tsecret-key hush\n");
            DatastoreInfo info = engine.Datastores.Get(store);
            Assert.Equal("bucket1 on s3.example.com", info.Bucket);
            Assert.DoesNotContain(typeof(DatastoreInfo).GetProperties(), property => property.GetValue(info)?.ToString()?.Contains("hush", StringComparison.Ordinal) == true);
        }

        server.Write("s3.cfg", "damaged");
        Assert.Equal("bucket1 on client1", engine.Datastores.Get(store).Bucket);
        Assert.NotEmpty(engine.Snapshots.List(store, new SnapshotQuery(), Assert.NotNull, CancellationToken.None));
        PbsConflictException refused = Assert.Throws<PbsConflictException>(() => engine.Notes.SetGroupNote(store, BackupNamespace.Root, GroupPath.Parse("host/alpha"), "x", true, CancellationToken.None));
        Assert.Equal(PbsErrorId.DatastoreBackendUnsupported, refused.ErrorId);
    }

    [Fact]
    public void A_removable_store_lies_at_its_mount_point()
    {
        using ServerFolder server = Server("\tbacking-device 11111111-2222-3333-4444-555555555555\n");
        DatastoreInfo info = server.Session().Datastores.Get(server.Session().Resolver.Resolve("ds1"));
        Assert.Equal("/mnt/datastore/ds1", info.Path);
        Assert.False(info.IsAvailable);
        Assert.Contains("/mnt/datastore/ds1", info.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_no_datastore_is_one_clear_error()
    {
        using var folder = new TemporaryFolder();
        PbsEngine engine = new(Connection.None);
        Assert.Equal(PbsErrorId.DatastorePathInvalid, Assert.Throws<PbsArgumentException>(() => Open(folder.Root)).ErrorId);
        Assert.Equal(PbsErrorId.DatastoreNotFound, Assert.Throws<PbsNotFoundException>(() => Open(folder["none"])).ErrorId);
        File.WriteAllText(folder["file"], "");
        Assert.Equal(PbsErrorId.DatastorePathInvalid, Assert.Throws<PbsArgumentException>(() => Open(folder["file"])).ErrorId);

        List<SnapshotInfo> Open(string path) => [.. engine.Snapshots.List(engine.Resolver.Resolve(path), new SnapshotQuery(), Assert.NotNull, CancellationToken.None)];
    }

    [Fact]
    public void A_folder_near_a_datastore_is_told_where_that_is()
    {
        using var folder = new TemporaryFolder();
        foreach (string path in (string[])["disk/one/.chunks", "disk/one/vm/100", "disk/two/.chunks", "copy/host/alpha", "bare"]) Directory.CreateDirectory(folder[path]);
        File.WriteAllText(folder["disk/one/vm/100/owner"], "root@pam");
        PbsEngine engine = new(Connection.None);

        Assert.Contains($"\"{folder["disk/one"]}\"", AdviceAbout("disk/one/vm"), StringComparison.Ordinal);
        Assert.Contains($"\"{folder["disk/one"]}\"", AdviceAbout("disk/one/vm/100/owner"), StringComparison.Ordinal);
        Assert.Contains($"2 datastores in it: \"{folder["disk/one"]}\", \"{folder["disk/two"]}\"", AdviceAbout("disk"), StringComparison.Ordinal);
        Assert.Contains("copy that, too", AdviceAbout("copy"), StringComparison.Ordinal);
        Assert.Contains("Find-PbsDatastore", AdviceAbout("bare"), StringComparison.Ordinal);

        string? AdviceAbout(string path) => Assert.Throws<PbsArgumentException>(() =>
            engine.Snapshots.List(engine.Resolver.Resolve(folder[path]), new SnapshotQuery(), Assert.NotNull, CancellationToken.None).ToList()).RecommendedAction;
    }

    [Fact]
    public void Of_what_lies_around_a_registered_store_nothing_is_told()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["secret/.chunks"]);
        using ServerFolder server = Server(path: folder.Root);
        PbsEngine engine = server.Session();
        PbsArgumentException error = Assert.Throws<PbsArgumentException>(() => engine.Snapshots.List(engine.Resolver.Resolve("ds1"), new SnapshotQuery(), Assert.NotNull, CancellationToken.None).ToList());
        Assert.DoesNotContain("secret", $"{error.Message} {error.RecommendedAction}", StringComparison.Ordinal);
    }
}
