using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Stores with foreign, broken, unreadable and vanishing parts: the rest is listed, and what is wrong is told.</summary>
public sealed class ListingFaultTests
{
    private const long Time = 1_700_000_000;
    private static readonly string Folder = BackupTime.Format(Time);

    [Theory]
    [InlineData("2024-13-01T00:00:00Z", "value too large (13 > 12)")]
    [InlineData("2024-02-30T00:00:00Z", "no moment of the calendar")]
    [InlineData("1969-12-31T23:59:59Z", "timegm failed")]
    public void A_time_that_is_none_is_passed_over_with_a_warning(string name, string reason)
    {
        using StoreOnDisk store = WithOneSnapshot();
        store.AddSnapshot("vm/100", name);
        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Equal($"vm/100/{Folder}", Assert.Single(listing.Snapshots()).ToString());
            ListingProblem problem = Assert.Single(listing.Problems);
            Assert.Equal((PbsErrorId.BackupTimeInvalid, ListingProblemKind.Warning), (problem.ErrorId, problem.Kind));
            Assert.Contains(reason, problem.Message, StringComparison.Ordinal);
            Assert.Equal(1, Assert.Single(listing.Groups()).BackupCount);
        }
    }

    [Theory]
    [InlineData('\uF022')]
    [InlineData('\uF03A')]
    public void A_folder_with_mapped_colons_is_read(char colon)
    {
        using var store = new StoreOnDisk();
        store.AddGroup("vm/100");
        store.AddSnapshot("vm/100", Folder.Replace(':', colon));
        foreach (Listing listing in Listing.Both(store.Path))
        {
            SnapshotInfo snapshot = Assert.Single(listing.Snapshots());
            Assert.Equal((Time, true, $"vm/100/{Folder}"), (snapshot.BackupTime.ToUnixTimeSeconds(), snapshot.Finished, snapshot.ToString()));
            Assert.Equal(2, listing.Files(snapshot).Count);
            Assert.Single(listing.Snapshots(new SnapshotQuery { Snapshots = [SnapshotPath.Parse(snapshot.ToString())] }));
            Assert.Empty(listing.Problems);
        }
    }

    [Fact]
    public void Where_a_file_system_takes_upper_for_lower_case_no_name_stands_in_for_another()
    {
        var listing = new Listing(GoldenStore.Ds1.Path, new FaultyFolders(static (_, _) => 0) { IgnoresCase = true });
        foreach (string ns in (string[])["A", "A/b", "a/B", "EMPTY-ns"])
        {
            Assert.Throws<PbsNotFoundException>(() => listing.Groups(new GroupQuery { Namespace = BackupNamespace.Parse(ns) }));
            Assert.Throws<PbsNotFoundException>(() => listing.Namespaces(new NamespaceQuery { Namespace = BackupNamespace.Parse(ns) }));
        }

        Assert.Empty(listing.Groups(new GroupQuery { Groups = [GroupPath.Parse("host/ALPHA")] }));
        Assert.Equal(PbsErrorId.GroupNotFound, Assert.Single(listing.Problems).ErrorId);
        Assert.Empty(listing.Snapshots(new SnapshotQuery { Snapshots = [SnapshotPath.Parse("host/Alpha/2024-06-01T12:00:00Z")] }));
        Assert.Equal(PbsErrorId.GroupNotFound, Assert.Single(listing.Problems).ErrorId);
        Assert.Single(listing.Groups(new GroupQuery { Groups = [GroupPath.Parse("host/alpha")] }));
        Assert.Equal(2, listing.Groups(new GroupQuery { Namespace = BackupNamespace.Parse("a/b") }).Count);
        Assert.Equal(26, listing.Snapshots(new SnapshotQuery { Recurse = true }).Count);
    }

    [Fact]
    public void Of_two_spellings_of_one_time_that_of_PBS_is_taken()
    {
        using StoreOnDisk store = WithOneSnapshot();
        store.AddSnapshot("vm/100", Folder.Replace(':', '\uF03A'), manifest => manifest.WithNotes("copy"));
        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Null(Assert.Single(listing.Snapshots()).Comment);
            Assert.Contains("has a folder of that time already", Assert.Single(listing.Problems).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ct", "backup type")]
    [InlineData("vm/101", "group")]
    [InlineData("vm/100/2024-01-01T00:00:00Z", "snapshot")]
    [InlineData("ns/b", "namespace")]
    public void A_link_where_a_folder_belongs_is_reported_and_not_followed(string link, string what)
    {
        using StoreOnDisk store = WithOneSnapshot();
        store.AddGroup("ns/a/vm/7");
        using var elsewhere = new StoreOnDisk();
        elsewhere.AddGroup("vm/100");
        string target = elsewhere.AddSnapshot("vm/100", Time + 1);
        target = what switch { "snapshot" => target, "group" => elsewhere.PathOf("vm/100"), "backup type" => elsewhere.PathOf("vm"), _ => elsewhere.Path };
        Directory.CreateSymbolicLink(store.PathOf(link), target);
        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Single(listing.Snapshots(new SnapshotQuery { Recurse = true }));
            ListingProblem problem = Assert.Single(listing.Problems);
            Assert.Equal((PbsErrorId.SymbolicLinkRefused, store.PathOf(link)), (problem.ErrorId, problem.Target));
            Assert.Contains($"symbolic link where a {what} folder belongs", problem.Message, StringComparison.Ordinal);
            Assert.Equal(PbsErrorId.SymbolicLinkRefused, ByName(listing, link).ErrorId);
        }
    }

    [Fact]
    public void Foreign_things_are_passed_over()
    {
        using StoreOnDisk store = WithOneSnapshot();
        Directory.CreateDirectory(store.PathOf("lost+found"));
        Directory.CreateDirectory(store.PathOf("VM"));
        Directory.CreateDirectory(store.PathOf("vm/.hidden"));
        Directory.CreateDirectory(store.PathOf("vm/100/notes.d"));
        File.WriteAllText(store.PathOf("vm/101"), "a file");
        File.WriteAllText(store.PathOf("ct"), "a file");
        File.WriteAllText(store.PathOf("vm/100/2024-01-01T00:00:00Z"), "a file");
        Directory.CreateDirectory(store.PathOf("ns/a b"));
        File.WriteAllText(store.PathOf("ns/file"), "a file");
        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Single(listing.Snapshots(new SnapshotQuery { Recurse = true }));
            Assert.Equal(
                [(ListingProblemKind.Information, ".hidden"), (ListingProblemKind.Information, "notes.d"), (ListingProblemKind.Warning, "a b")],
                listing.Problems.Select(problem => (problem.Kind, Path.GetFileName(problem.Target))));
            Assert.Contains("not a valid namespace component: a b", listing.Problems[^1].Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Names_that_are_no_text_are_passed_over()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("names are text here");
        using StoreOnDisk store = WithOneSnapshot();
        foreach (string folder in (string[])["vm", "vm/100", $"vm/100/{Folder}", "ns"])
        {
            Directory.CreateDirectory(store.PathOf(folder));
            RawNames.CreateFolder(store.PathOf(folder), [0x66, 0xFF, 0x6F]);
            RawNames.CreateFolder(store.PathOf(folder), [0xC3, 0x28, .. ".blob"u8]);
        }

        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Equal(2, Assert.Single(listing.Snapshots(new SnapshotQuery { Recurse = true })).Files.Count);
            Assert.All(listing.Problems, problem => Assert.Equal(PbsErrorId.ForeignName, problem.ErrorId));
        }
    }

    [Fact]
    public void A_namespace_deeper_than_seven_is_reported()
    {
        using StoreOnDisk store = WithOneSnapshot();
        store.AddGroup("ns/" + string.Join("/ns/", Enumerable.Range(1, 8)) + "/vm/100");
        foreach (Listing listing in Listing.Both(store.Path))
        {
            Assert.Equal(["", "1", "1/2", "1/2/3", "1/2/3/4", "1/2/3/4/5", "1/2/3/4/5/6", "1/2/3/4/5/6/7"],
                listing.Namespaces(new NamespaceQuery { Recurse = true }).Select(ns => ns.Namespace));
            Assert.Empty(listing.Problems);
            Assert.Equal(["1/2", "1/2/3"], listing.Namespaces(new NamespaceQuery { Namespace = BackupNamespace.Parse("1/2") }).Select(ns => ns.Namespace));
            Assert.Throws<PbsArgumentException>(() => listing.Namespaces(new NamespaceQuery { Depth = 8 }));
        }
    }

    [Theory]
    [InlineData(OsError.EACCES, "Permission denied (os error 13)")]
    [InlineData(OsError.EIO, "Input/output error (os error 5)")]
    public void A_folder_that_cannot_be_read_is_reported_and_the_rest_listed(int error, string words)
    {
        using StoreOnDisk store = WithOneSnapshot();
        string[] groups = ["vm/101", "host/a", "ns/a/vm/1", "ns/b/vm/1"];
        foreach (string group in groups)
        {
            store.AddGroup(group);
            store.AddSnapshot(group, Time);
        }

        store.AddSnapshot("vm/100", Time + 1);
        string[] closed = [store.PathOf("vm/101"), store.PathOf("host"), store.PathOf($"vm/100/{BackupTime.Format(Time + 1)}"), store.PathOf("ns/a")];
        foreach (FolderCall call in (FolderCall[])[FolderCall.Open, FolderCall.List])
        {
            var listing = new Listing(store.Path, new FaultyFolders((made, path) => made == call && closed.Contains(path) ? error : 0));
            string[] seen = [.. listing.Snapshots(new SnapshotQuery { Recurse = true }).Select(snapshot => snapshot.ToString())];

            // The folder of a namespace is opened, but never listed itself.
            string[] reported = call == FolderCall.Open ? closed : closed[..3];
            Assert.Equal([$"vm/100/{Folder}", .. call == FolderCall.List ? [$"ns/a/vm/1/{Folder}"] : Array.Empty<string>(), $"ns/b/vm/1/{Folder}"], seen);
            Assert.Equal(reported.Order(StringComparer.Ordinal), listing.Problems.Select(problem => problem.Target).Order(StringComparer.Ordinal));
            Assert.All(listing.Problems, problem => Assert.Equal((PbsErrorId.DirectoryUnreadable, ListingProblemKind.Error), (problem.ErrorId, problem.Kind)));
            Assert.All(listing.Problems, problem => Assert.EndsWith(words, problem.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_told_on_the_object_or_by_a_warning()
    {
        using StoreOnDisk store = WithOneSnapshot();
        var manifest = new Listing(store.Path, new FaultyFolders((call, path) => path.EndsWith("index.json.blob", StringComparison.Ordinal) ? OsError.EACCES : 0));
        SnapshotInfo snapshot = Assert.Single(manifest.Snapshots());
        Assert.EndsWith("Permission denied (os error 13)", snapshot.Problem, StringComparison.Ordinal);
        Assert.Equal(["index.json.blob", "root.pxar.didx"], snapshot.Files.Select(file => file.FileName));
        Assert.Equal((PbsErrorId.FileUnreadable, ListingProblemKind.Warning), (manifest.Problems[0].ErrorId, manifest.Problems[0].Kind));
        Assert.Throws<PbsPermissionException>(() => manifest.Files(snapshot));

        var owner = new Listing(store.Path, new FaultyFolders((call, path) => path.EndsWith("owner", StringComparison.Ordinal) ? OsError.EIO : 0));
        Assert.Empty(owner.Snapshots());
        Assert.Equal(PbsErrorId.OwnerUnreadable, Assert.Single(owner.Problems).ErrorId);
        Assert.EndsWith("Input/output error (os error 5)", Assert.Single(owner.Groups(new GroupQuery { Force = true })).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_vanishes_at_whatever_step_the_listing_goes_on()
    {
        using StoreOnDisk store = WithOneSnapshot();
        store.AddGroup("ns/a/ct/1");
        store.AddSnapshot("ns/a/ct/1", Time);
        var all = new SnapshotQuery { Recurse = true, Force = true };
        int calls = 0;
        new Listing(store.Path, new FaultyFolders((_, _) => Math.Min(0, ++calls)), helpers: 0).Snapshots(all);
        Assert.InRange(calls, 15, 60);
        var refused = new HashSet<string>();
        for (int failing = 3; failing <= calls; failing++)
        {
            int at = 0;
            string? vanished = null;
            var listing = new Listing(store.Path, new FaultyFolders((call, path) =>
            {
                if (++at == failing) vanished = path;
                return vanished is not null && (path == vanished || path.StartsWith(vanished + "/", StringComparison.Ordinal)) ? OsError.ENOENT : 0;
            }), helpers: 0);
            try
            {
                Assert.InRange(listing.Snapshots(all).Count, 0, 2);
            }
            catch (PbsException e)
            {
                // Once it was open, a store that is gone was unmounted: an empty listing would look like no backups.
                Assert.Equal(store.Path, vanished);
                Assert.Contains(e.ErrorId, new[] { PbsErrorId.DatastoreNotFound, PbsErrorId.DatastoreUnavailable });
                refused.Add(e.ErrorId);
            }

            foreach (ListingProblem problem in listing.Problems.Where(problem => problem.Kind == ListingProblemKind.Error))
            {
                Assert.Equal(store.Path, vanished);
                Assert.Equal(PbsErrorId.DatastoreUnavailable, problem.ErrorId);
            }
        }

        Assert.Contains(PbsErrorId.DatastoreUnavailable, refused);
    }

    [Fact]
    public void A_manifest_that_is_no_plain_file_is_not_opened()
    {
        using StoreOnDisk store = WithOneSnapshot();
        string manifest = store.PathOf($"vm/100/{Folder}/index.json.blob");
        File.Move(manifest, store.PathOf("elsewhere"));
        File.CreateSymbolicLink(manifest, store.PathOf("elsewhere"));
        foreach (Listing listing in Listing.Both(store.Path))
        {
            SnapshotInfo snapshot = Assert.Single(listing.Snapshots());
            Assert.EndsWith("Too many levels of symbolic links (os error 40)", snapshot.Problem, StringComparison.Ordinal);
            Assert.Equal(["root.pxar.didx"], snapshot.Files.Select(file => file.FileName));
        }

        if (!OperatingSystem.IsLinux()) return;
        File.Delete(manifest);
        RawNames.CreateFifo(manifest);
        foreach (Listing listing in Listing.Both(store.Path)) Assert.NotNull(Assert.Single(listing.Snapshots()).Problem);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    public void A_truncated_manifest_is_told_and_the_rest_listed(int length)
    {
        using StoreOnDisk store = WithOneSnapshot();
        string damaged = Path.Combine(store.AddSnapshot("vm/100", Time + 1), "index.json.blob");
        File.WriteAllBytes(damaged, File.ReadAllBytes(damaged)[..length]);
        foreach (Listing listing in Listing.Both(store.Path))
        {
            List<SnapshotInfo> snapshots = listing.Snapshots();
            Assert.Equal([null, snapshots[1].Problem], snapshots.Select(snapshot => snapshot.Problem));
            Assert.NotNull(snapshots[1].Problem);
            Assert.Equal(ListingProblemKind.Warning, Assert.Single(listing.Problems).Kind);
        }
    }

    [Fact]
    public void Whatever_byte_of_a_manifest_flips_the_listing_goes_on()
    {
        using StoreOnDisk store = WithOneSnapshot();
        string damaged = Path.Combine(store.AddSnapshot("vm/100", Time + 1), "index.json.blob");
        byte[] content = File.ReadAllBytes(damaged);
        var listing = new Listing(store.Path);
        for (int at = 0; at < content.Length; at++)
        {
            content[at] ^= 0x10;
            File.WriteAllBytes(damaged, content);
            Assert.Equal(2, listing.Snapshots().Count);
            Assert.Single(listing.Problems);
            content[at] ^= 0x10;
        }
    }

    [Fact]
    public void Snapshots_and_groups_that_vanish_meanwhile_are_just_not_there()
    {
        using var store = new StoreOnDisk();
        for (int group = 100; group < 300; group++)
        {
            store.AddGroup($"vm/{group}");
            store.AddSnapshot($"vm/{group}", Time);
        }

        foreach (Listing listing in Listing.Both(store.Path))
        {
            int next = 299, count = 0;
            List<ListingProblem> problems = [];
            foreach (SnapshotInfo _ in listing.Engine.Snapshots.List(listing.Store, new SnapshotQuery(), problems.Add, CancellationToken.None))
            {
                count++;
                string path = store.PathOf($"vm/{next}");
                if (next >= 150 && Directory.Exists(path)) Directory.Delete(path, recursive: true);
                next--;
            }

            Assert.InRange(count, 50, 200);

            // One that is being removed may be met without its manifest, like one that is being written.
            Assert.DoesNotContain(problems, problem => problem.Kind != ListingProblemKind.Information);
        }
    }

    private static StoreOnDisk WithOneSnapshot()
    {
        var store = new StoreOnDisk();
        store.AddGroup("vm/100");
        store.AddSnapshot("vm/100", Time);
        return store;
    }

    /// <summary>The error when what the link stands for is asked for by name.</summary>
    private static PbsException ByName(Listing listing, string link) => link switch
    {
        "ns/b" => Assert.ThrowsAny<PbsException>(() => listing.Namespaces(new NamespaceQuery { Namespace = BackupNamespace.Parse("b") })),
        "ct" => Assert.ThrowsAny<PbsException>(() => listing.Engine.Notes.GetGroupNote(listing.Store, BackupNamespace.Root, GroupPath.Parse("ct/100"))),
        "vm/101" => Assert.ThrowsAny<PbsException>(() => listing.Engine.Notes.GetGroupNote(listing.Store, BackupNamespace.Root, GroupPath.Parse(link))),
        _ => Assert.ThrowsAny<PbsException>(() => listing.Engine.Notes.GetSnapshotNote(listing.Store, SnapshotPath.Parse(link))),
    };
}
