using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>The lock on configuration files, and their replacement.</summary>
public sealed class ConfigurationLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConfigurationRoot _root;

    public ConfigurationLockTests()
    {
        AtomicFileTests.NeedsLinux();
        _root = new ConfigurationRoot(_folder.Root);
    }

    [Fact]
    public void Another_process_keeps_us_waiting_for_ten_seconds()
    {
        using var other = new SecondProcess();
        Assert.Equal("held", other.Ask("take", "x", "configuration", "Exclusive", _folder.Root, ConfigurationLock.AclFile));
        var time = new SteppedTime();
        var error = Assert.Throws<PbsLockedException>(() => ConfigurationLock.Take(_root, ConfigurationLock.AclFile, FileMutations.Default, time, TestContext.Current.CancellationToken));
        Assert.Equal(PbsErrorId.ConfigurationLocked, error.ErrorId);
        Assert.StartsWith($"Unable to acquire lock \"{_folder[".acl.lck"]}\" - ", error.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), time.Passed);

        using (ConfigurationLock.Take(_root, ConfigurationLock.UserFile, FileMutations.Default, time, TestContext.Current.CancellationToken)) { }
        other.Kill();
        using (ConfigurationLock.Take(_root, ConfigurationLock.AclFile, FileMutations.Default, time, TestContext.Current.CancellationToken)) { }
    }

    [Fact]
    public void Two_handles_of_one_process_wait_for_each_other()
    {
        ConfigurationLock first = ConfigurationLock.Take(_root, ConfigurationLock.AclFile, TestContext.Current.CancellationToken);
        var time = new SteppedTime { AfterPause = n => { if (n == 2) first.Dispose(); } };
        using ConfigurationLock second = ConfigurationLock.Take(_root, ConfigurationLock.AclFile, FileMutations.Default, time, TestContext.Current.CancellationToken);
        Assert.Equal(2, time.Pauses.Count);
    }

    [Fact]
    public void The_lock_file_is_left_for_the_daemons()
    {
        using (ConfigurationLock.Take(_root, ConfigurationLock.AclFile, TestContext.Current.CancellationToken)) { }
        FileStatus status = FileStatus.TryOf(_folder[".acl.lck"], out _)!.Value;
        Assert.Equal(0x1B0, status.Mode);
        if (AtomicFileTests.IsRoot && FileOwner.Find("backup", "/etc/passwd") is { } backup) Assert.Equal(backup, status.Owner);
    }

    [Fact]
    public void A_missing_folder_is_told()
    {
        var error = Assert.Throws<PbsStorageException>(() => ConfigurationLock.Take(new ConfigurationRoot(_folder["missing"]), ConfigurationLock.AclFile, TestContext.Current.CancellationToken));
        Assert.EndsWith("No such file or directory (os error 2)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Fault.Killed)]
    [InlineData(Fault.KilledHalfWritten)]
    [InlineData(Fault.DiskFull)]
    internal void A_configuration_file_is_old_or_new_and_keeps_owner_and_mode(Fault fault)
    {
        FileOwner owner = AtomicFileTests.IsRoot ? new FileOwner(0, 34) : FileStatus.TryOf(_folder.Root, out _)!.Value.Owner;
        RecordedMutations.AtEachChange(
            fault,
            folder =>
            {
                File.WriteAllText(folder["acl.cfg"], "old");
                FileMutations.Default.SetMode(folder["acl.cfg"], 0x180);
                FileMutations.Default.SetOwner(folder["acl.cfg"], owner);
            },
            (folder, mutations) => ConfigurationReplacement.Write(new ConfigurationRoot(folder.Root), "acl.cfg", "the new text"u8, mutations),
            (folder, done) =>
            {
                string text = File.ReadAllText(folder["acl.cfg"]);
                Assert.True(text == "the new text" || (!done && text == "old"), text);
                FileStatus status = FileStatus.TryOf(folder["acl.cfg"], out _)!.Value;
                Assert.Equal((0x180, owner), (status.Mode, status.Owner));
            });
    }

    [Fact]
    public void A_new_configuration_file_is_PBSs()
    {
        ConfigurationReplacement.Write(_root, "acl.cfg", "x"u8);
        FileStatus status = FileStatus.TryOf(_folder["acl.cfg"], out _)!.Value;
        Assert.Equal(0x1A0, status.Mode);
        if (AtomicFileTests.IsRoot && FileOwner.Find("backup", "/etc/passwd") is { } backup) Assert.Equal(new FileOwner(0, backup.Group), status.Owner);
    }

    public void Dispose() => _folder.Dispose();
}
