using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Updates;

namespace PbsModule.Core.Tests;

/// <summary>Owner files, notes and protection markers: content, owner and what a crash leaves of them.</summary>
public sealed class GroupUpdateTests
{
    private static readonly Authid Alice = Authid.Parse("alice@pbs");
    private static readonly Authid Token = Authid.Parse("alice@pbs!t1");
    private static readonly FileOwner Backup = new(34, 34);

    public GroupUpdateTests() => AtomicFileTests.NeedsLinux();

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void An_owner_is_the_old_or_the_new(Fault fault) => RecordedMutations.AtEachChange(
        fault,
        folder =>
        {
            GiveAway(folder);
            Assert.True(OwnerFile.TryCreate(FileMutations.Default, folder.Root, Alice));
        },
        (folder, mutations) => OwnerFile.Replace(mutations, folder.Root, Token),
        (folder, done) =>
        {
            string text = File.ReadAllText(folder["owner"]);
            Assert.True(text == "alice@pbs!t1\n" || (!done && text == "alice@pbs\n"), text);
            BelongsToBackup(folder, "owner");
        });

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_new_owner_file_is_whole_or_missing(Fault fault) => RecordedMutations.AtEachChange(
        fault,
        GiveAway,
        (folder, mutations) => Assert.True(OwnerFile.TryCreate(mutations, folder.Root, Alice)),
        (folder, done) =>
        {
            if (!done && !File.Exists(folder["owner"])) return;
            Assert.Equal("alice@pbs\n", File.ReadAllText(folder["owner"]));
            BelongsToBackup(folder, "owner");
        });

    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void Notes_are_the_old_or_the_new(Fault fault) => RecordedMutations.AtEachChange(
        fault,
        folder =>
        {
            GiveAway(folder);
            File.WriteAllText(folder["notes"], "old\n");
            FileMutations.Default.SetMode(folder["notes"], 0x1A4);
            if (AtomicFileTests.IsRoot) FileMutations.Default.SetOwner(folder["notes"], Backup);
        },
        (folder, mutations) => GroupNotes.Replace(mutations, folder.Root, "new\nlines ☃"),
        (folder, done) =>
        {
            string text = File.ReadAllText(folder["notes"]);
            Assert.True(text == "new\nlines ☃" || (!done && text == "old\n"), text);
            BelongsToBackup(folder, "notes");
        });

    [Theory]
    [InlineData(true, Fault.None)]
    [InlineData(true, Fault.Killed)]
    [InlineData(true, Fault.DiskFull)]
    [InlineData(false, Fault.None)]
    [InlineData(false, Fault.Killed)]
    [InlineData(false, Fault.DiskFull)]
    internal void A_snapshot_is_protected_or_not(bool protect, Fault fault) => RecordedMutations.AtEachChange(
        fault,
        folder =>
        {
            GiveAway(folder);
            if (!protect) ProtectionMarker.Set(FileMutations.Default, folder.Root, true);
        },
        (folder, mutations) => ProtectionMarker.Set(mutations, folder.Root, protect),
        (folder, done) =>
        {
            if (done) Assert.Equal(protect, File.Exists(folder[".protected"]));
            if (!File.Exists(folder[".protected"])) return;
            Assert.Empty(File.ReadAllBytes(folder[".protected"]));
            BelongsToBackup(folder, ".protected");
        });

    [Fact]
    public void What_is_told_to_have_failed_is_not_done()
    {
        // Nobody to give it to: it is made in its place.
        RecordedMutations.AtEachChange(
            Fault.DiskFull,
            _ => { },
            (folder, mutations) => ProtectionMarker.Set(mutations, folder.Root, true),
            (folder, done) => Assert.Equal(done ? [".protected"] : [], folder.Names()));
    }

    [Fact]
    public void What_is_already_so_is_no_failure()
    {
        using var folder = new TemporaryFolder();
        ProtectionMarker.Set(FileMutations.Default, folder.Root, false);
        ProtectionMarker.Set(FileMutations.Default, folder.Root, true);
        ProtectionMarker.Set(FileMutations.Default, folder.Root, true);
        Assert.Equal([".protected"], folder.Names());
        Assert.True(OwnerFile.TryCreate(FileMutations.Default, folder.Root, Alice));
        Assert.False(OwnerFile.TryCreate(FileMutations.Default, folder.Root, Token));
        Assert.Equal("alice@pbs\n", File.ReadAllText(folder["owner"]));
    }

    [Fact]
    public void Failures_are_told_in_PBSs_words()
    {
        using var folder = new TemporaryFolder();
        const string reason = "No such file or directory (os error 2)";
        Assert.Equal($"could not create protection file: {reason}", Assert.Throws<PbsStorageException>(() => ProtectionMarker.Set(FileMutations.Default, folder["x"], true)).Message);
        Assert.StartsWith("unable to create owner file ", Assert.Throws<PbsStorageException>(() => OwnerFile.Replace(FileMutations.Default, folder["x"], Alice)).Message, StringComparison.Ordinal);
        Directory.CreateDirectory(folder[".protected"]);
        Assert.StartsWith("could not remove protection file: ", Assert.ThrowsAny<PbsException>(() => ProtectionMarker.Set(FileMutations.Default, folder.Root, false)).Message, StringComparison.Ordinal);
    }

    private static void GiveAway(TemporaryFolder folder)
    {
        if (AtomicFileTests.IsRoot) FileMutations.Default.SetOwner(folder.Root, Backup);
    }

    private static void BelongsToBackup(TemporaryFolder folder, string name)
    {
        FileStatus status = FileStatus.TryOf(folder[name], out _)!.Value;
        Assert.Equal(0x1A4, status.Mode);
        if (AtomicFileTests.IsRoot) Assert.Equal(Backup, status.Owner);
    }
}
