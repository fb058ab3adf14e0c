using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;

namespace PbsModule.Core.Tests;

/// <summary>Datastores that share their chunks: the garbage of one may be what the other needs.</summary>
public sealed class SharedChunksTests : IDisposable
{
    private readonly GarbageStore _garbage = new();
    private readonly ServerFolder _server = new();
    private readonly TemporaryFolder _folder = new();

    public SharedChunksTests()
    {
        AtomicFileTests.NeedsLinux();
        _garbage.AddIndex("vm/100/2024-05-01T10:00:00Z/disk.img.didx", _garbage.Put("used", 40));
        _garbage.Put("old", 40);
        foreach (string name in (string[])["other", "copy", "large"]) Directory.CreateDirectory(_folder[name]);
    }

    public void Dispose()
    {
        _garbage.Dispose();
        _server.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Garbage_of_a_store_whose_chunks_another_registered_one_uses_is_not_collected()
    {
        Directory.CreateSymbolicLink(_folder["other/.chunks"], _garbage.Disk.PathOf(".chunks"));
        _server.Register(("main", _garbage.Path, ""), ("other", _folder["other"], ""));
        foreach (string name in (string[])["main", "other", _folder["other"], _garbage.Path])
        {
            PbsEngine engine = _server.Session();
            DatastoreContext store = engine.Resolver.Resolve(name);
            var refusal = Assert.Throws<PbsConflictException>(() => engine.Garbage.Start(store, new() { Force = true }, CancellationToken.None));
            string other = store.Name == "main" ? "other" : "main";
            Assert.Equal((PbsErrorId.ChunksShared, $"datastore '{store.Text}' keeps its chunks in the same folder as datastore '{other}': a garbage collection of one would remove the chunks of the other"),
                (refusal.ErrorId, refusal.Message));
            Assert.Throws<PbsConflictException>(() => engine.Garbage.Preview(store, new(), _ => { }, null, CancellationToken.None));
        }

        // Measuring harms nobody, but its figures would mislead.
        List<ListingProblem> problems = [];
        PbsEngine looking = _server.Session();
        Assert.Equal(1, looking.Garbage.MeasureGarbage(looking.Resolver.Resolve("main"), new(), problems.Add, null, CancellationToken.None).ReclaimableChunks);
        Assert.Equal(PbsErrorId.ChunksShared, Assert.Single(problems).ErrorId);
        Assert.Equal(2, Directory.GetFiles(_garbage.Disk.PathOf(".chunks"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void The_name_of_a_store_that_the_caller_may_not_know_of_is_not_told()
    {
        Directory.CreateSymbolicLink(_folder["other/.chunks"], _garbage.Disk.PathOf(".chunks"));
        _server.Register(("main", _garbage.Path, ""), ("other", _folder["other"], ""));
        _server.Write("user.cfg", "user: a@pbs\n");
        _server.Write("acl.cfg", "acl:1:/datastore/main:a@pbs:DatastoreAdmin\n");
        PbsEngine engine = _server.Session("a@pbs");
        var refusal = Assert.Throws<PbsConflictException>(() => engine.Garbage.Check(engine.Resolver.Resolve("main"), new()));
        Assert.Contains("as another datastore: ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_folder_under_two_names_and_chunks_elsewhere_are_no_sharing()
    {
        Directory.Move(_garbage.Disk.PathOf(".chunks"), _folder["large/.chunks"]);
        Directory.CreateSymbolicLink(_garbage.Disk.PathOf(".chunks"), _folder["large/.chunks"]);
        Directory.CreateSymbolicLink(_folder["again"], _garbage.Path);
        _server.Register(("main", _garbage.Path, ""), ("again", _folder["again"], ""), ("missing", _folder["missing"], ""));
        PbsEngine engine = _server.Session();
        Assert.Equal(1, Collected.Run(engine, engine.Resolver.Resolve("main"), new()).Status.RemovedChunks);
    }

    [Fact]
    public void A_link_into_a_store_that_is_registered_nowhere_is_seen()
    {
        Directory.CreateSymbolicLink(_folder["copy/.chunks"], _garbage.Disk.PathOf(".chunks"));
        foreach (PbsEngine engine in (PbsEngine[])[_server.Session(), new PbsEngine(Connection.None)])
        {
            var refusal = Assert.Throws<PbsConflictException>(() => engine.Garbage.Start(engine.Resolver.ResolvePath(_folder["copy"]), new() { Force = true }, CancellationToken.None));
            Assert.Contains($"as the datastore at \"{_garbage.Path}\": ", refusal.Message, StringComparison.Ordinal);
        }
    }
}
