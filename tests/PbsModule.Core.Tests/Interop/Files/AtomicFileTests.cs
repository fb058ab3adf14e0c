using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Replacing and creating files: PBS's names, modes and owners, and what is left when it ends half-way.</summary>
public class AtomicFileTests
{
    private static readonly FileOwner Backup = new(34, 34);
    private static readonly byte[] Old = "old content"u8.ToArray();
    private static readonly byte[] New = "new content, longer"u8.ToArray();

    [Theory]
    [InlineData("index.json.blob", "index.json.tmp_")]
    [InlineData("notes", "notes.tmp_")]
    [InlineData(".gc-status", ".gc-status.tmp_")]
    [InlineData("client.log.blob", "client.log.tmp_")]
    [InlineData("acl.cfg", "acl.tmp_")]
    public void Temporary_files_are_named_as_PBS_names_them(string name, string stem)
    {
        Assert.Equal(Path.Combine("a.b", stem), AtomicFile.TemporaryStem(Path.Combine("a.b", name)));
    }

    [Fact]
    public void A_link_does_not_lead_changes_of_mode_and_owner_elsewhere()
    {
        NeedsLinux();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["secret"], Old);
        FileMutations.Default.SetMode(folder["secret"], 0x180);
        File.CreateSymbolicLink(folder["link"], "secret");
        Assert.Equal(OsError.ELOOP, Assert.Throws<OsErrorException>(() => FileMutations.Default.SetMode(folder["link"], 0x1ED)).Errno);
        if (IsRoot) FileMutations.Default.SetOwner(folder["link"], Backup);
        FileStatus target = FileStatus.TryOf(folder["secret"], out _)!.Value;
        Assert.Equal(0x180, target.Mode);
        Assert.NotEqual(Backup, IsRoot ? target.Owner : new FileOwner(0, 0));
    }

    [Fact]
    public void A_replaced_file_has_the_new_content_mode_and_owner()
    {
        NeedsLinux();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["acl.cfg"], Old);
        var mutations = new RecordedMutations();
        FileOwner? owner = IsRoot ? Backup : null;
        AtomicFile.Replace(mutations, folder["acl.cfg"], New, 0x1A0, owner, Durability.Synced);

        Assert.Equal(New, File.ReadAllBytes(folder["acl.cfg"]));
        Assert.Equal(["acl.cfg"], folder.Names());
        FileStatus status = FileStatus.TryOf(folder["acl.cfg"], out _)!.Value;
        Assert.Equal(0x1A0, status.Mode);
        if (IsRoot) Assert.Equal(Backup, status.Owner);
        string[] expected = ["temporary acl.tmp 640", .. IsRoot ? ["owner 34:34"] : Array.Empty<string>(), "write", "sync", "rename acl.cfg", $"sync {Path.GetFileName(folder.Root)}"];
        Assert.Equal(expected, mutations.Changes);
    }

    [Fact]
    public void A_file_that_is_only_renamed_is_not_synced()
    {
        NeedsLinux();
        using var folder = new TemporaryFolder();
        var mutations = new RecordedMutations();
        AtomicFile.Replace(mutations, folder["index.json.blob"], New, 0x1A4, owner: null, Durability.Rename);
        Assert.Equal(["temporary index.json.tmp 644", "write", "rename index.json.blob"], mutations.Changes);
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_replacement_that_ends_anywhere_leaves_old_or_new(Fault fault)
    {
        NeedsLinux();
        FileOwner? owner = IsRoot ? Backup : null;
        int changes = RecordedMutations.AtEachChange(
            fault,
            folder => File.WriteAllBytes(folder["file.x"], Old),
            (folder, mutations) => AtomicFile.Replace(mutations, folder["file.x"], New, 0x1A4, owner, Durability.Synced),
            (folder, done) =>
            {
                byte[] content = File.ReadAllBytes(folder["file.x"]);
                Assert.True(content.AsSpan().SequenceEqual(New) || (!done && content.AsSpan().SequenceEqual(Old)));
                if (fault == Fault.DiskFull) Assert.Equal(["file.x"], folder.Names());
            });
        Assert.Equal(IsRoot ? 6 : 5, changes);
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.DiskFull)]
    internal void What_is_made_for_the_daemons_never_bears_its_name_as_roots(Fault fault)
    {
        NeedsLinux();
        if (!IsRoot) Skip.Because("only root can give files away");
        RecordedMutations.AtEachChange(
            fault,
            _ => { },
            (folder, mutations) =>
            {
                OwnedPath.EnsureDirectory(mutations, folder.Root, folder["a/b"], 0x1ED, Backup);
                OwnedPath.TryCreateFile(mutations, folder["a/b/lock"], 0x1B0, Backup);
            },
            (folder, done) =>
            {
                string[] named = [.. folder.Names().Where(n => !n.Contains(".tmp_", StringComparison.Ordinal))];
                Assert.All(named, name => Assert.Equal(Backup, FileStatus.TryOf(folder[name], out int _)!.Value.Owner));
                if (done) Assert.Equal(["a", "a/b", "a/b/lock"], named);
            });
    }

    [Fact]
    public void What_is_there_is_left_as_it_is()
    {
        NeedsLinux();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["lock"], Old);
        Directory.CreateDirectory(folder["dir"]);
        foreach (FileOwner? owner in new FileOwner?[] { null, IsRoot ? Backup : null })
        {
            Assert.False(OwnedPath.TryCreateFile(FileMutations.Default, folder["lock"], 0x1B0, owner));
            OwnedPath.EnsureDirectory(FileMutations.Default, folder.Root, folder["dir"], 0x1ED, owner);
        }

        Assert.Equal(Old, File.ReadAllBytes(folder["lock"]));
        Assert.Equal(["dir", "lock"], folder.Names());
    }

    [Fact]
    public void The_portable_changes_do_the_same_without_owners()
    {
        using var folder = new TemporaryFolder();
        var portable = new PortableFileMutations();
        File.WriteAllBytes(folder["index.json.blob"], Old);
        AtomicFile.Replace(portable, folder["index.json.blob"], New, 0x1A4, owner: null, Durability.Synced);
        Assert.Equal(New, File.ReadAllBytes(folder["index.json.blob"]));
        Assert.True(OwnedPath.TryCreateFile(portable, folder["lock"], 0x1B0, owner: null));
        Assert.False(OwnedPath.TryCreateFile(portable, folder["lock"], 0x1B0, owner: null));
        OwnedPath.EnsureDirectory(portable, folder.Root, folder[Path.Combine("a", "b")], 0x1ED, owner: null);
        Assert.Equal(OsError.EEXIST, Assert.Throws<OsErrorException>(() => portable.CreateDirectory(folder["a"], 0x1ED)).Errno);
        Assert.Equal(OsError.ENOENT, Assert.Throws<OsErrorException>(() => portable.Unlink(folder["missing"])).Errno);
        Assert.Equal(OsError.ENOENT, Assert.Throws<OsErrorException>(() => portable.CreateDirectory(folder[Path.Combine("x", "y")], 0x1ED)).Errno);
        Assert.Equal(["a", Path.Combine("a", "b"), "index.json.blob", "lock"], folder.Names());
    }

    [Fact]
    public void Accounts_are_found_by_name()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["passwd"], "root:x:0:0:root:/root:/bin/sh\nbroken line\nbackup:x:34:35:backup:/var/backups:/bin/false\n");
        Assert.Equal(new FileOwner(34, 35), FileOwner.Find("backup", folder["passwd"]));
        Assert.Null(FileOwner.Find("nobody", folder["passwd"]));
        Assert.Null(FileOwner.Find("backup", folder["missing"]));
    }

    internal static bool IsRoot => OperatingSystem.IsLinux() && LibC.EffectiveUser() == 0;

    internal static void NeedsLinux()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("PBS's files have owners and modes on Linux only");
    }
}
