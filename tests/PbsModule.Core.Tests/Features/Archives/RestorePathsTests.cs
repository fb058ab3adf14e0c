using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Tests;

/// <summary>Restoring a choice of entries: each once, however it is named, and every directory left only when all that is wanted of it is there.</summary>
public sealed class RestorePathsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<object> _told = [];
    private readonly List<ListingProblem> _problems = [];

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/etc /etc/a.conf /etc/sub /etc/sub/x", "/etc /etc/a.conf /etc/b.conf /etc/link /etc/sub /etc/sub/x")]
    [InlineData("/etc/sub/x /etc/a.conf /etc/sub /etc/a.conf", "/etc /etc/a.conf /etc/sub /etc/sub/x")]
    [InlineData("/etc/a.conf / /etc", "/etc /etc/a.conf /etc/b.conf /etc/link /etc/sub /etc/sub/x")]
    public void Whatever_is_named_twice_is_restored_once(string paths, string expected)
    {
        using StoreOnDisk store = RestoreTests.Sample();
        ArchiveRestoreInfo result = Expand(store, new ExpandRequest(Target) { Paths = [.. paths.Split(' ').Select(CatalogPath.Literal)] });
        Assert.Empty(_problems);
        Assert.Equal(expected, Shown());
        Assert.Equal(expected.Split(' ').Length, result.Directories + result.Files + result.SymbolicLinks);
    }

    [Fact]
    public void What_is_named_lies_in_what_is_wanted_or_not()
    {
        using StoreOnDisk store = RestoreTests.Sample();
        var request = new ExpandRequest(Target) { Paths = [CatalogPath.Literal("/etc/sub/x"), CatalogPath.Literal("/etc/a.conf")] };
        Expand(store, request with { Exclude = [new WildcardName("sub")] });
        Assert.Equal("/etc /etc/a.conf", Shown());
        TreeOnDisk.Delete(Target);
        Expand(store, request with { Include = [new WildcardName("sub")] });
        Assert.Equal("/etc /etc/sub /etc/sub/x", Shown());
        Assert.Empty(_problems);
    }

    [Fact]
    public void What_is_not_there_is_told_once_for_each_and_costs_nothing_else()
    {
        using StoreOnDisk store = RestoreTests.Sample();
        Expand(store, new ExpandRequest(Target) { Paths = [.. "/none /etc/a.conf/x /etc/sub/y /etc/sub/x".Split(' ').Select(CatalogPath.Literal)] });
        Assert.Equal("/etc /etc/sub /etc/sub/x", Shown());
        Assert.Equal(["/etc/a.conf/x", "/etc/sub/y", "/none"], _problems.Select(problem => problem.Exception is PbsNotFoundException { ErrorId: PbsErrorId.ArchivePathNotFound } missing ? missing.Target : "").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_directory_is_left_once_when_all_that_is_wanted_of_it_is_there()
    {
        var target = new FaultyTarget(int.MaxValue, 0, false) { OnFeatures = _ => _left++ };
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            PxarEntry folder = ArchiveOnDisk.Folder("d", 0x16D);
            writer.StartDirectory(new PxarEntry { Name = folder.Name, Type = folder.Type, Stat = folder.Stat with { Flags = 0x100000 } });
            foreach (string name in (string[])["a", "b", "c"]) writer.Add(ArchiveOnDisk.File_(name), "x"u8);
            writer.EndDirectory();
        }));
        Expand(store, new ExpandRequest(Target) { Paths = [.. "/d/c /d/a /d/b".Split(' ').Select(CatalogPath.Literal)] }, target);
        Assert.Equal("/d /d/a /d/b /d/c", Shown());
        Assert.Equal(1, _left);
        Assert.Equal(1_700_000_000_123_456_700, TreeOnDisk.Read(Target)["/d"].ModificationTime);
    }

    [Theory]
    [InlineData("etc/a.conf", "/etc /etc/a.conf")]
    [InlineData("etc/sub/", "/etc /etc/sub /etc/sub/x")]
    [InlineData("/etc/sub/", "/etc /etc/sub /etc/sub/x")]
    [InlineData("sub/", "/etc /etc/sub /etc/sub/x")]
    [InlineData("etc/*.conf", "/etc /etc/a.conf /etc/b.conf")]
    [InlineData("tc/a.conf", "")]
    public void A_path_needs_no_slash_in_front_and_bears_one_behind(string pattern, string expected)
    {
        using StoreOnDisk store = RestoreTests.Sample();
        Expand(store, new ExpandRequest(Target) { Include = [new WildcardName(pattern)] });
        Assert.Equal(expected, Shown());
        TreeOnDisk.Delete(Target);
        Expand(store, new ExpandRequest(Target) { Exclude = [new WildcardName(pattern)] });
        string[] gone = [.. expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(path => path != "/etc")];
        Assert.Equal("/etc /etc/a.conf /etc/b.conf /etc/link /etc/sub /etc/sub/x".Split(' ').Except(gone), Shown().Split(' '));
    }

    [Fact]
    public void What_stays_as_it_was_is_told_where_a_link_should_be_one_with_it()
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            long file = writer.Add(ArchiveOnDisk.File_("a"), "a"u8);
            writer.AddHardLink("b"u8, "a"u8, file);
        }));
        Directory.CreateDirectory(Target);
        File.WriteAllText(Path.Combine(Target, "a"), "mine");
        ArchiveRestoreInfo result = Expand(store, new ExpandRequest(Target) { NoClobber = true });
        Assert.Equal((1, 1, "mine", "a"), (result.Skipped, result.Files, File.ReadAllText(Path.Combine(Target, "a")), File.ReadAllText(Path.Combine(Target, "b"))));
        Assert.Equal("/b", Assert.Single(_told.OfType<RestoreWarningInfo>(), warning => warning.Attribute == RestoredTrait.HardLink).Paths.ToString());
    }

    [Fact]
    public void Bytes_are_those_of_files_that_are_there()
    {
        using StoreOnDisk store = RestoreTests.Sample();
        Directory.CreateDirectory(Path.Combine(Target, "etc"));
        File.WriteAllText(Path.Combine(Target, "etc", "a.conf"), "mine");
        ArchiveRestoreInfo result = Expand(store, new ExpandRequest(Target) { Include = [new WildcardName("a.conf")] });
        Assert.Equal((0, 0, 1), (result.Files, result.Bytes, result.Failed));
    }

    private int _left;

    private string Shown() => string.Join(' ', TreeOnDisk.Read(Target).Keys);

    private ArchiveRestoreInfo Expand(StoreOnDisk store, ExpandRequest request, FaultyTarget? targets = null)
    {
        _told.Clear();
        PbsEngine engine = new PbsEngine(Connection.None, targets is null ? new EngineOptions() : new EngineOptions { Targets = targets });
        return engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, request, new ArchiveListener(_told.Add, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }
}
