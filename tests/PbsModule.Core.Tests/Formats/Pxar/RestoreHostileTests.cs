using System.Text;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;

namespace PbsModule.Core.Tests;

/// <summary>
/// Archives that want out of the folder they are restored to, and disks that fail: beside that folder lies a canary tree, and not a byte, a time or a
/// mode of it ever changes; under its own name nothing half is ever to be seen.
/// </summary>
public sealed class RestoreHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ListingProblem> _problems = [];
    private readonly string _canary;
    private readonly string _before;

    public RestoreHostileTests()
    {
        _canary = Path.Combine(_folder.Root, "canary");
        Directory.CreateDirectory(Path.Combine(_canary, "etc"));
        File.WriteAllText(Path.Combine(_canary, "etc", "passwd"), "root");
        File.WriteAllText(Path.Combine(_canary, "x"), "canary");
        File.CreateSymbolicLink(Path.Combine(_canary, "link"), "x");
        _before = State();
    }

    private string Target => Path.Combine(_folder.Root, "target");

    public void Dispose()
    {
        Assert.Equal(_before, State());
        _folder.Dispose();
    }

    [Theory]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("../canary/x")]
    [InlineData("/etc/passwd")]
    [InlineData("a/../../canary/x")]
    [InlineData("")]
    [InlineData("x\0y")]
    public void A_name_that_leads_out_is_refused(string name)
    {
        Expand(writer =>
        {
            writer.Add(ArchiveOnDisk.File_(name), "evil"u8);
            writer.StartDirectory(ArchiveOnDisk.Folder(name));
            writer.Add(ArchiveOnDisk.File_("x"), "evil"u8);
            writer.EndDirectory();
            writer.Add(ArchiveOnDisk.Link(name, "x"), []);
            writer.Add(ArchiveOnDisk.File_("good"), "good"u8);
        });
        Assert.Equal("/good", Shown());
        Assert.Equal(3, _problems.Count);
    }

    [Theory]
    [InlineData("../canary")]
    [InlineData("{canary}")]
    public void Nothing_is_written_through_a_link_of_the_archive(string target)
    {
        string link = target.Replace("{canary}", _canary, StringComparison.Ordinal);
        Action<PxarWriter> fill = writer =>
        {
            writer.Add(ArchiveOnDisk.Link("d", link), []);
            writer.StartDirectory(ArchiveOnDisk.Folder("d", 0x1FF));
            writer.Add(ArchiveOnDisk.File_("x"), "evil"u8);
            writer.Add(ArchiveOnDisk.File_("new"), "evil"u8);
            writer.EndDirectory();
            writer.Add(ArchiveOnDisk.Link("f", link + "/x"), []);
            writer.Add(ArchiveOnDisk.File_("f", 0x1FF), "evil"u8);
        };
        foreach (ExpandRequest request in (ExpandRequest[])[new(Target), new(Target) { Overwrite = true }, new(Target) { NoClobber = true }, new(Target) { Paths = [CatalogPath.Literal("/d/x")] }])
        {
            foreach (TargetAccess access in (TargetAccess[])[TargetAccess.Default, TargetAccess.ThroughPaths])
            {
                _problems.Clear();
                Expand(fill, request, access);
                Assert.NotEmpty(_problems);
                Assert.Equal(_before, State());
            }
        }
    }

    [Fact]
    public void Nothing_is_written_through_a_link_that_was_there()
    {
        Directory.CreateDirectory(Target);
        Directory.CreateSymbolicLink(Path.Combine(Target, "d"), _canary);
        File.CreateSymbolicLink(Path.Combine(Target, "f"), Path.Combine(_canary, "x"));
        Action<PxarWriter> fill = writer =>
        {
            writer.StartDirectory(ArchiveOnDisk.Folder("d", 0x1FF));
            writer.Add(ArchiveOnDisk.File_("x"), "evil"u8);
            writer.EndDirectory();
            writer.Add(ArchiveOnDisk.File_("f", 0x1FF), "file"u8);
        };
        foreach (TargetAccess access in (TargetAccess[])[TargetAccess.Default, TargetAccess.ThroughPaths])
        {
            Expand(fill, new ExpandRequest(Target), access);
            Expand(fill, new ExpandRequest(Target) { NoClobber = true }, access);
            Assert.Equal(_before, State());
        }

        // Replacing a link means the link, not what it leads to.
        Expand(fill, new ExpandRequest(Target) { Overwrite = true });
        Assert.Equal("file", File.ReadAllText(Path.Combine(Target, "f")));
        Assert.Null(new FileInfo(Path.Combine(Target, "f")).LinkTarget);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_somebody_puts_under_a_temporary_name_gets_nothing(bool hardLink)
    {
        if (!OperatingSystem.IsLinux()) return;
        string victim = Path.Combine(_canary, "x");
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer => writer.Add(new PxarEntry { Name = "p"u8.ToArray(), Type = CatalogEntryType.Fifo, Stat = new PxarStat(0x1000 | 0x1FF, 0, 4321, 4321, 1, 0) }, [])));
        var swapped = new FaultyTarget(int.MaxValue, 0, false)
        {
            OnStep = _ =>
            {
                if (!Directory.Exists(Target) || Directory.GetFiles(Target, ".pbs-restore-*") is not [var made]) return;
                File.Delete(made);
                if (hardLink) System.Diagnostics.Process.Start("ln", [victim, made]).WaitForExit();
                else File.CreateSymbolicLink(made, victim);
            },
        };
        Expand(store, new ExpandRequest(Target), new EngineOptions { Targets = swapped });

        // Deleting that other name has changed the time of the last change of the victim, not the victim.
        TreeOnDisk.Delete(Target);
    }

    [Fact]
    public void A_hard_link_leads_to_nothing_but_what_was_restored()
    {
        Directory.CreateDirectory(Target);
        Directory.CreateSymbolicLink(Path.Combine(Target, "out"), _canary);
        File.WriteAllText(Path.Combine(Target, "mine"), "mine");
        Expand(writer =>
        {
            long file = writer.Add(ArchiveOnDisk.File_("x"), "archive"u8);
            writer.AddHardLink("a"u8, "out/x"u8, file);
            writer.AddHardLink("b"u8, "../canary/x"u8, file);
            writer.AddHardLink("c"u8, "mine"u8, file);
            long mine = writer.Add(ArchiveOnDisk.File_("mine"), "archive"u8);
            writer.AddHardLink("d"u8, "mine"u8, mine);
        });
        SortedDictionary<string, FileState> tree = TreeOnDisk.Read(Target);

        // What has the right bytes at the wrong path becomes a file of its own; what is out of the archive nothing at all.
        Assert.Equal("archive", File.ReadAllText(Path.Combine(Target, "a")));
        Assert.Equal((1u, "mine", false), (tree["/a"].Links, File.ReadAllText(Path.Combine(Target, "mine")), tree.ContainsKey("/b")));
        Assert.Equal("archive", File.ReadAllText(Path.Combine(Target, "d")));
        Assert.NotEqual(tree["/mine"].Inode, tree["/d"].Inode);
    }

    [Fact]
    public void A_link_that_leads_nowhere_costs_no_other_entry()
    {
        Expand(writer =>
        {
            writer.Add(ArchiveOnDisk.Link("empty", ""), []);
            writer.Add(ArchiveOnDisk.Link("long", new string('x', 4096)), []);
            writer.Add(ArchiveOnDisk.File_("z"), "good"u8);
        });
        Assert.Equal("/z", Shown());
        Assert.Equal(2, _problems.Count);
    }

    [Fact]
    public void Of_two_entries_of_one_name_the_first_stays()
    {
        Action<PxarWriter> fill = writer =>
        {
            writer.Add(ArchiveOnDisk.File_("x"), "first"u8);
            writer.Add(ArchiveOnDisk.File_("x"), "second"u8);
            writer.Add(ArchiveOnDisk.File_("X"), "other"u8);
        };
        foreach (ExpandRequest request in (ExpandRequest[])[new(Target), new(Target) { Overwrite = true }])
        {
            _problems.Clear();
            Expand(fill, request);
            Assert.Equal("first", File.ReadAllText(Path.Combine(Target, "x")));
            Assert.Equal(PbsErrorId.ArchiveNameRefused, Assert.Single(_problems).ErrorId);
        }
    }

    [Theory]
    [InlineData("CON")]
    [InlineData("nul.txt")]
    [InlineData("com1")]
    [InlineData("LPT¹.log")]
    [InlineData("a:b")]
    [InlineData("a\\b")]
    [InlineData("dot.")]
    [InlineData("blank ")]
    [InlineData("tab\t")]
    public void Names_that_Windows_takes_for_something_else(string name)
    {
        Assert.NotNull(WindowsName.Refuse(name));
        Assert.Equal(0, PortableTargetFolder.Open(_canary, windowsNames: true, out TargetFolder? folder));
        Assert.NotNull(folder!.Refuse(Encoding.UTF8.GetBytes(name)));
        Assert.True(folder.IgnoresCase);
        Assert.Null(WindowsName.Refuse("console.txt"));
        Assert.Null(WindowsName.Refuse("COM10"));
        Assert.NotNull(folder.Refuse([0xFF]));
    }

    [Fact]
    public void A_deep_tree_is_restored_as_far_as_it_is_allowed_to_be_deep()
    {
        const int depth = 1100;
        Skip.If(HandleLimit.Left() < depth + 400, "each level takes a handle, and there are fewer here");
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            for (int i = 0; i < depth; i++) writer.StartDirectory(ArchiveOnDisk.Folder("d"));
            for (int i = 0; i < depth; i++) writer.EndDirectory();
            writer.Add(ArchiveOnDisk.File_("good"), "good"u8);
        }));
        ArchiveRestoreInfo result = Expand(store, new ExpandRequest(Target));
        Assert.Contains("levels deep", Assert.Single(_problems).Message, StringComparison.Ordinal);
        Assert.Equal("good", File.ReadAllText(Path.Combine(Target, "good")));
        Assert.InRange(result.Directories, 1000, depth);
    }

    [Fact]
    public void Whatever_step_fails_nothing_half_is_left()
    {
        using StoreOnDisk store = Faults();
        var counting = new FaultyTarget(int.MaxValue, 0, false);
        Expand(store, new ExpandRequest(Target), new EngineOptions { Targets = counting });
        SortedDictionary<string, FileState> whole = TreeOnDisk.Read(Target);
        for (int step = 0; step < counting.Steps; step++)
        {
            foreach ((int error, bool stays) in ((int, bool)[])[(OsError.EACCES, false), (OsError.ENOSPC, true), (OsError.ENOENT, true)])
            {
                TreeOnDisk.Delete(Target);
                _problems.Clear();
                try
                {
                    Expand(store, new ExpandRequest(Target), new EngineOptions { Targets = new FaultyTarget(step, error, stays) });
                }
                catch (PbsException e)
                {
                    Assert.Equal(PbsErrorId.RestoreTargetUnusable, e.ErrorId);
                    Assert.True(stays);
                }

                foreach ((string path, FileState state) in TreeOnDisk.Read(Target))
                {
                    Assert.True(whole.ContainsKey(path), path);
                    Assert.Equal((path, whole[path].Hash), (path, state.Hash));
                }
            }
        }
    }

    [Fact]
    public void What_the_file_system_takes_back_when_it_is_handed_over_was_not_restored()
    {
        using StoreOnDisk store = Faults();
        Assert.Equal(PbsErrorId.RestoreTargetUnusable, Assert.ThrowsAny<PbsException>(
            () => Expand(store, new ExpandRequest(Target), new EngineOptions { Targets = new FaultyTarget(int.MaxValue, 0, false) { FlushError = OsError.EDQUOT } })).ErrorId);
        Assert.DoesNotContain(TreeOnDisk.Read(Target).Values, state => state.Hash is not null);
    }

    [Fact]
    public void A_cancelled_restore_leaves_nothing_half()
    {
        using StoreOnDisk store = Faults();
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        PbsEngine session = new PbsEngine(Connection.None);
        Assert.ThrowsAny<OperationCanceledException>(() => session.Expansion.ExpandArchive(
            session.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ExpandRequest(Target), new ArchiveListener(_ => { }, _ => { }, (_, _, _) => { }), stop.Token));
        if (Directory.Exists(Target)) Assert.DoesNotContain(".pbs-restore", Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_at_any_step_nothing_half_is_left()
    {
        using StoreOnDisk store = Faults();
        var counting = new FaultyTarget(int.MaxValue, 0, false);
        Expand(store, new ExpandRequest(Target), new EngineOptions { Targets = counting });
        SortedDictionary<string, FileState> whole = TreeOnDisk.Read(Target);
        int stopped = 0;
        for (int step = 0; step < counting.Steps; step++)
        {
            TreeOnDisk.Delete(Target);
            using var stop = new CancellationTokenSource();
            PbsEngine session = new PbsEngine(Connection.None, new EngineOptions { Targets = new FaultyTarget(int.MaxValue, 0, false) { OnStep = at => { if (at == step) stop.Cancel(); } } });
            try
            {
                session.Expansion.ExpandArchive(session.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, new ExpandRequest(Target), new ArchiveListener(_ => { }, _ => { }, (_, _, _) => { }), stop.Token);
            }
            catch (OperationCanceledException)
            {
                stopped++;
            }

            Assert.All(TreeOnDisk.Read(Target), pair => Assert.Equal((pair.Key, whole[pair.Key].Hash), (pair.Key, pair.Value.Hash)));
        }

        Assert.InRange(stopped, counting.Steps / 2, counting.Steps);
    }

    private static StoreOnDisk Faults()
    {
        var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(writer =>
        {
            writer.StartDirectory(ArchiveOnDisk.Folder("d"));
            long file = writer.Add(ArchiveOnDisk.File_("big"), new byte[] { 1, 2, 3 });
            writer.Add(ArchiveOnDisk.Link("link", "big"), []);
            writer.AddHardLink("other"u8, "d/big"u8, file);
            writer.EndDirectory();
            writer.Add(ArchiveOnDisk.File_("zeros"), new byte[10_000]);

            // Of so many chunks that several threads write it.
            byte[] noise = new byte[80_000];
            new Random(1).NextBytes(noise);
            writer.Add(ArchiveOnDisk.File_("large"), noise);
        }), chunkSize: 8192);
        return store;
    }

    private string State() => string.Join('\n', TreeOnDisk.Read(_canary).Select(pair => $"{pair.Key} {pair.Value}"));

    private string Shown() => string.Join(' ', TreeOnDisk.Read(Target).Keys);

    private void Expand(Action<PxarWriter> fill, ExpandRequest? request = null, TargetAccess? targets = null)
    {
        using var store = new StoreOnDisk();
        store.AddArchive(ArchiveOnDisk.Write(fill));
        Expand(store, request ?? new ExpandRequest(Target), targets is null ? null : new EngineOptions { Targets = targets });
    }

    private ArchiveRestoreInfo Expand(StoreOnDisk store, ExpandRequest request, EngineOptions? engine = null)
    {
        PbsEngine session = new PbsEngine(Connection.None, engine ?? new EngineOptions());
        return session.Expansion.ExpandArchive(session.Resolver.ResolvePath(store.Path), ArchiveOnDisk.Snapshot, request, new ArchiveListener(static _ => { }, _problems.Add, static (_, _, _) => { }), CancellationToken.None);
    }
}
