using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>Where PBS's locks can be seen, and whether its daemons run.</summary>
public sealed class LockEnvironmentTests : IDisposable
{
    private const long Ext4 = 0xEF53;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(0x6969, LockVisibility.NetworkFileSystem, "network file system (NFS)")]
    [InlineData(0xFF534D42, LockVisibility.NetworkFileSystem, "network file system (CIFS)")]
    [InlineData(0x65735546, LockVisibility.UserFileSystem, "FUSE")]
    [InlineData(Ext4, LockVisibility.Visible, null)]
    public void File_systems_are_told_apart(long magic, LockVisibility expected, string? reason)
    {
        LockEnvironment found = LockEnvironment.Judge(magic, "/store", _folder.Root);
        Assert.Equal(expected, found.Visibility);
        if (reason is null) Assert.Null(found.Reason);
        else Assert.Contains(reason, found.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_run_directory_the_server_is_elsewhere()
    {
        LockEnvironment found = LockEnvironment.Judge(Ext4, "/store", _folder["run"]);
        Assert.Equal(LockVisibility.OtherHost, found.Visibility);
        var error = Assert.Throws<PbsLockedException>(() => found.DemandVisible("/store", force: false));
        Assert.Equal(PbsErrorId.LocksNotVisible, error.ErrorId);
        Assert.Contains(_folder["run"], error.Message, StringComparison.Ordinal);
        Assert.Contains("-Force", error.RecommendedAction, StringComparison.Ordinal);
        found.DemandVisible("/store", force: true);
    }

    [Fact]
    public void This_machine_is_judged()
    {
        LockEnvironment found = LockEnvironment.Probe(_folder.Root, _folder.Root);
        Assert.Equal(OperatingSystem.IsLinux(), found.Visibility != LockVisibility.OtherSystem);
        if (found.Visibility == LockVisibility.Visible) found.DemandVisible(_folder.Root, force: false);
    }

    [Fact]
    public void Daemons_are_found_by_their_process_numbers()
    {
        AtomicFileTests.NeedsLinux();
        Directory.CreateDirectory(_folder["proc/77"]);
        Directory.CreateDirectory(_folder["proc/78"]);
        File.WriteAllText(_folder["proc/77/stat"], "77 (proxmox) backup) S" + string.Concat(Enumerable.Repeat(" 0", 18)) + " 4711 0 0\n");
        File.WriteAllText(_folder["proc/77/cmdline"], "/usr/lib/x86_64-linux-gnu/proxmox-backup/proxmox-backup-proxy\0-x\0");
        File.WriteAllText(_folder["proc/78/stat"], "78 (sh) Z" + string.Concat(Enumerable.Repeat(" 0", 18)) + " 4711 0 0\n");
        File.WriteAllText(_folder["proc/78/cmdline"], "/usr/lib/x86_64-linux-gnu/proxmox-backup/proxmox-backup-api\0");
        Directory.CreateDirectory(_folder["run"]);
        var processes = new ProcessTable.ProcFileSystem(_folder["proc"]);
        Assert.Empty(LiveDaemon.Find(_folder["run"], processes));

        File.WriteAllText(_folder["run/proxy.pid"], "77\n");
        File.WriteAllText(_folder["run/api.pid"], "78\n");
        Assert.Equal(["proxmox-backup-proxy"], LiveDaemon.Find(_folder["run"], processes));
        Assert.Equal(4711UL, processes.StartOf(77));

        File.WriteAllText(_folder["proc/77/cmdline"], "/bin/sleep\0");
        Assert.Empty(LiveDaemon.Find(_folder["run"], processes));
        File.WriteAllText(_folder["run/proxy.pid"], "no number");
        Assert.Empty(LiveDaemon.Find(_folder["run"], processes));
    }

    [Fact]
    public void Beside_a_server_a_datastore_is_changed_by_its_name()
    {
        AtomicFileTests.NeedsLinux();
        using var server = new ServerFolder();
        using var store = new ChunkedStore();
        SnapshotPath snapshot = store.Add("vm/100/2024-05-01T10:00:00Z", store.Put(1));
        PbsEngine engine = server.Session();
        DatastoreContext path = engine.Resolver.ResolvePath(store.Path);
        var refusal = Assert.Throws<PbsLockedException>(() => engine.Removal.RemoveSnapshot(path, snapshot, false, TestContext.Current.CancellationToken));
        Assert.Equal(PbsErrorId.LocksNotVisible, refusal.ErrorId);
        Assert.Contains("is opened by its path alone", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Connect-PbsServer", refusal.RecommendedAction, StringComparison.Ordinal);
        engine.Protection.Set(path, snapshot, true, true, TestContext.Current.CancellationToken);

        server.Register(("main", store.Path, ""));
        engine = server.Session();
        engine.Protection.Set(engine.Resolver.Resolve("main"), snapshot, false, false, TestContext.Current.CancellationToken);
        engine.Removal.RemoveSnapshot(engine.Resolver.ResolvePath(store.Path), snapshot, false, TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(store.PathOf(snapshot.ToString())));
    }

    [Fact]
    public void A_process_is_known_by_number_and_start()
    {
        ProcessTable processes = ProcessTable.Default;
        ProcessIdentity self = processes.Current;
        Assert.Equal(Environment.ProcessId, self.Id);
        Assert.True(processes.IsRunning(self));
        Assert.False(processes.IsRunning(self with { Start = self.Start + 1 }));
        using var other = new SecondProcess();
        ulong? start = processes.StartOf(other.Id);
        Assert.NotNull(start);
        other.Kill();
        Assert.Null(processes.StartOf(other.Id));
    }

    public void Dispose() => _folder.Dispose();
}
