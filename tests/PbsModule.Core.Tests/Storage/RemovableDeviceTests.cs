using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>Removable datastores on attached disks: recognised by the device and the path on it.</summary>
public sealed class RemovableDeviceTests
{
    private const string Uuid = "11111111-2222-3333-4444-555555555555";

    private const string Mounts =
        """
        24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
        80 24 8:17 / /media/usb\040disk rw,relatime shared:42 - ext4 /dev/sdb1 rw
        81 24 8:17 /backup/store1 /srv/bound rw,relatime shared:42 - ext4 /dev/sdb1 rw
        82 80 0:50 / /media/usb\040disk/inner rw - tmpfs tmpfs rw
        broken line
        """;

    [Theory]
    [InlineData("/media/usb disk/backup/store1", "backup/store1", true)]
    [InlineData("/media/usb disk/backup/store1", "/backup/store1/", true)]
    [InlineData("/media/usb disk/backup/store10", "backup/store1", false)]
    [InlineData("/media/usb disk/backup", "backup/store1", false)]
    [InlineData("/srv/bound", "backup/store1", true)]
    [InlineData("/srv/bound/deeper", "backup/store1/deeper", true)]
    [InlineData("/srv/boundless", "backup/store1less", false)]
    [InlineData("/media/usb disk/inner/backup/store1", "backup/store1", false)]
    [InlineData("/backup/store1", "backup/store1", false)]
    [InlineData("/media/usb disk", "/", true)]
    public void A_folder_lies_at_a_path_on_a_device(string folder, string relative, bool expected) =>
        Assert.Equal(expected, new RemovableDevice(Mounts, uuid => uuid == Uuid ? "/dev/sdb1" : null).IsAt(folder, Uuid, relative));

    [Fact]
    public void A_device_that_is_not_attached_has_no_folder() =>
        Assert.False(new RemovableDevice(Mounts, _ => null).IsAt("/media/usb disk/backup/store1", Uuid, "backup/store1"));

    [Theory]
    [InlineData("root@pam", "usb")]
    [InlineData("nobody@pbs", null)]
    public void A_search_names_an_attached_store_to_who_may_know_of_it(string caller, string? name)
    {
        using GoldenStore golden = GoldenStore.Copy();
        using var server = new ServerFolder();
        string store = Path.GetFileName(golden.Path), parent = Path.GetDirectoryName(golden.Path)!;
        server.Write("datastore.cfg", $"datastore: usb\n\tpath {store}\n\tbacking-device {Uuid}\n");
        server.Write("user.cfg", "user: nobody@pbs\n");
        var devices = new RemovableDevice($"80 24 8:17 / {parent} rw - ext4 /dev/sdb1 rw\n", _ => "/dev/sdb1");
        var engine = new PbsEngine(Connection.Local(server.Options with { AuthId = Authid.Parse(caller) }), new EngineOptions { Devices = () => devices });
        FoundDatastore found = Assert.Single(engine.Finder.Find(golden.Path, 0, static _ => { }, CancellationToken.None));
        Assert.Equal(name, found.RegisteredName);
    }

    [Fact]
    public void Hostile_lists_of_mounts_do_no_harm() => MutationFuzz.Run(
        [System.Text.Encoding.UTF8.GetBytes(Mounts)],
        input => _ = new RemovableDevice(System.Text.Encoding.UTF8.GetString(input), _ => "/dev/sdb1").IsAt("/media/usb disk/backup/store1", Uuid, "backup/store1"));

    [Fact]
    public void Of_this_system_the_mounts_can_be_read()
    {
        AtomicFileTests.NeedsLinux();
        Assert.NotNull(RemovableDevice.OfSystem());
    }
}
