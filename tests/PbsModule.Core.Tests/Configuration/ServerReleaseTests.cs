using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>The release of a server: its texts, its order, and where a disk shows it.</summary>
public class ServerReleaseTests
{
    private const string Entry =
        "Package: proxmox-backup-server\nStatus: install ok installed\nPriority: optional\nVersion: 4.2.3-1\nDescription: x\n";

    [Theory]
    [InlineData("4.2", "4.2.0")]
    [InlineData("3.2.4", "3.2.4")]
    [InlineData("4.2.3-1", "4.2.3")]
    [InlineData("4.1.10~bpo12+1", "4.1.10")]
    public void Versions_are_read_as_people_and_packages_write_them(string text, string release) =>
        Assert.Equal(release, ServerRelease.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("4")]
    [InlineData("4.")]
    [InlineData("4.2.3.1")]
    [InlineData("4.x")]
    [InlineData("-4.2")]
    [InlineData("4.-2")]
    [InlineData(" 4.2")]
    [InlineData("4.99999999999")]
    [InlineData("٤.٢")]
    public void Anything_else_is_refused(string text)
    {
        var error = Assert.Throws<PbsArgumentException>(() => ServerRelease.Parse(text));
        Assert.Equal(PbsErrorId.ServerVersionInvalid, error.ErrorId);
        Assert.Contains($"'{text}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Releases_are_ordered_by_number_and_not_by_text()
    {
        ServerRelease[] ordered = [.. new[] { "3.2.4", "3.2.8", "3.2.11", "3.10.0", "4.0.0", "4.1.9", "4.1.10" }.Select(ServerRelease.Parse)];
        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(ordered[0] < ordered[1] && ordered[1] >= ordered[0] && ordered[1] <= ordered[2] && ordered[2] > ordered[1]);
    }

    [Theory]
    [InlineData(Entry, "4.2.3")]
    [InlineData("Package: a\nStatus: install ok installed\nVersion: 1.0.0\n\n" + Entry + "\nPackage: z\nVersion: 9.9.9\n", "4.2.3")]
    [InlineData("Package: proxmox-backup-server\nStatus: deinstall ok config-files\nVersion: 4.2.3-1\n", null)]
    [InlineData("Package: proxmox-backup-server\nStatus: install ok installed\n\nPackage: z\nVersion: 9.9.9\n", null)]
    [InlineData("Package: proxmox-backup-server\nStatus: install ok installed\nVersion: trunk\n", null)]
    [InlineData("Package: proxmox-backup-client\nStatus: install ok installed\nVersion: 4.2.3-1\n", null)]
    [InlineData("X-Package: proxmox-backup-server\nStatus: install ok installed\nVersion: 4.2.3-1\n", null)]
    [InlineData("", null)]
    public void The_package_list_shows_the_installed_release(string list, string? release) =>
        Assert.Equal(release, InstalledRelease.Find(Encoding.UTF8.GetBytes(list))?.ToString());

    [Fact]
    public void A_hostile_package_list_shows_a_release_or_none() => MutationFuzz.Run(
        [Encoding.UTF8.GetBytes("Package: a\nStatus: install ok installed\nVersion: 1.0.0\n\n" + Entry + "\nPackage: z\n")],
        input => _ = InstalledRelease.Find(input)?.ToString());

    [Fact]
    public void Only_a_folder_in_its_usual_place_belongs_to_the_system_around_it()
    {
        using var disk = new TemporaryFolder();
        Directory.CreateDirectory(disk["var/lib/dpkg"]);
        File.WriteAllText(disk["var/lib/dpkg/status"], Entry);
        Assert.Equal("4.2.3", new ConfigurationRoot(disk["etc/proxmox-backup"]).Release?.ToString());
        Assert.Equal("4.2.3", new ConfigurationRoot(disk["etc/proxmox-backup/"]).Release?.ToString());
        Assert.Null(new ConfigurationRoot(disk["home/rescue/proxmox-backup"]).Release);
        Assert.Null(new ConfigurationRoot(disk["etc"]).Release);
        Assert.Null(new ConfigurationRoot(disk["rescue/etc/proxmox-backup"]).Release);
        Assert.Equal("3.2.4", new ConfigurationRoot(disk["etc/proxmox-backup"], new ServerRelease(3, 2, 4)).Release?.ToString());
    }

    [Fact]
    public void A_list_that_cannot_be_read_leaves_the_release_unknown()
    {
        using var disk = new TemporaryFolder();
        Directory.CreateDirectory(disk["var/lib/dpkg/status"]);
        Assert.Null(new ConfigurationRoot(disk["etc/proxmox-backup"]).Release);
    }

    [Theory]
    [InlineData("4.2", "")]
    [InlineData("3.2.8", "")]
    [InlineData("3.2.7", "WARN: ")]
    [InlineData(null, "WARN: ")]
    public void Warnings_are_logged_as_the_server_of_the_logs_does(string? release, string prefix)
    {
        using var server = new ServerFolder();
        Connection connection = Connection.Local(server.Options with { Release = release is null ? null : ServerRelease.Parse(release) });
        Assert.Equal(prefix, connection.Tasks.WarningPrefix);
    }

    [Fact]
    public void Logs_of_another_disk_have_its_release()
    {
        using var server = new ServerFolder();
        using var disk = new TemporaryFolder();
        Directory.CreateDirectory(disk["var/lib/dpkg"]);
        File.WriteAllText(disk["var/lib/dpkg/status"], Entry);
        Connection connection = Connection.Local(server.Options with { LogRoot = disk["var/log/proxmox-backup"] });
        Assert.Null(connection.Release);
        Assert.Equal("", connection.Tasks.WarningPrefix);
    }
}
