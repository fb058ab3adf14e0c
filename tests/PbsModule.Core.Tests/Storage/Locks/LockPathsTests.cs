using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>The names of PBS's lock files in both schemes.</summary>
public class LockPathsTests
{
    private static readonly LockPaths Paths = new("/run", "store1");

    [Theory]
    [InlineData("", "vm/100", "vm-100")]
    [InlineData("", "host/my-host.lan", @"host-my\x2dhost.lan")]
    [InlineData("a/b", "host/my-host.lan", @"a:b/host-my\x2dhost.lan")]
    public void Group_locks(string ns, string group, string expected) =>
        Same(expected, Paths.Group(BackupNamespace.Parse(ns), GroupPath.Parse(group)));

    [Theory]
    [InlineData("vm/100/2022-05-02T08:11:33Z", @"vm-100-2022\x2d05\x2d02T08\x3a11\x3a33Z")]
    [InlineData("ns/a/ns/b/host/my-host.lan/2022-05-02T08:11:33Z", @"a:b/host-my\x2dhost.lan-2022\x2d05\x2d02T08\x3a11\x3a33Z")]
    public void Snapshot_locks(string snapshot, string expected) => Same(expected, Paths.Snapshot(SnapshotPath.Parse(snapshot)));

    [Theory]
    [InlineData("ns/a/ns/b/host/my-host.lan/2022-05-02T08:11:33Z", @"a:b/host-my\x2dhost.lan-2022\x2d05\x2d02T08\x3a11\x3a33Z-.index.json.lck")]
    public void Manifest_locks(string snapshot, string expected) => Same(expected, Paths.Manifest(SnapshotPath.Parse(snapshot)));

    [Theory]
    [InlineData("vm/100/2020-06-26T13:56:05Z", "vm/100/2020-06-26T13:56:05Z/2020-06-26T13:56:05Z.index.json.lck")]
    [InlineData("ns/x/vm/100/2020-06-26T13:56:05Z", "ns/x/vm/100/2020-06-26T13:56:05Z/2020-06-26T13:56:05Z.index.json.lck")]
    public void Manifest_locks_before_4(string snapshot, string expected) => Same(expected, Paths.ManifestBefore4(SnapshotPath.Parse(snapshot)));

    [Theory]
    [InlineData(62, "", false)]
    [InlineData(62, "b", true)]
    public void Names_of_255_bytes_are_abbreviated_and_hashed(int dashes, string more, bool hashed)
    {
        // "host-a" and four characters for each dash: 254.
        string id = "a" + new string('-', dashes) + more;
        string escaped = "host-a" + string.Concat(Enumerable.Repeat(@"\x2d", dashes)) + more;
        string actual = Paths.Group(BackupNamespace.Parse("n"), new GroupPath(BackupType.Host, id));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"host/{id}")));
        Same(hashed ? $"n/hashed/{escaped[..80]}...{escaped[^80..]}-{hash}" : $"n/{escaped}", actual);
    }

    private static void Same(string expected, string actual)
    {
        if (OperatingSystem.IsWindows()) Skip.Because("there are no PBS locks on Windows");
        Assert.Equal("/run/locks/store1/" + expected, actual);
    }
}
