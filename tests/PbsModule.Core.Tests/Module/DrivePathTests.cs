using PbsModule.Core.Formats.Names;
using PbsModule.Provider;

namespace PbsModule.Core.Tests;

/// <summary>Paths on the drive, taken apart by their shape.</summary>
public sealed class DrivePathTests
{
    [Theory]
    [InlineData("", null, "", false, "")]
    [InlineData("/", null, "", false, "")]
    [InlineData("\\ds1", "ds1", "", false, "")]
    [InlineData("/ds1/ns", "ds1", "", true, "")]
    [InlineData("/ds1/ns/a", "ds1", "a", false, "")]
    [InlineData("/ds1/ns/a/ns", "ds1", "a", true, "")]
    [InlineData("/ds1/ns/a/ns/b/vm/100", "ds1", "a/b", false, "vm 100")]
    [InlineData("ds1\\vm\\100\\2024-05-01T10.00.00Z\\root.pxar\\etc", "ds1", "", false, "vm 100 2024-05-01T10.00.00Z root.pxar etc")]
    [InlineData("/ds1/host/ns/x", "ds1", "", false, "host ns x")]
    public void A_path_is_taken_apart(string text, string? store, string ns, bool isFolder, string rest)
    {
        DrivePath path = DrivePath.Parse(text);
        Assert.Equal((store, ns, isFolder, rest), (path.Store, path.Namespace, path.IsNamespaceFolder, string.Join(' ', path.Rest)));
    }

    [Theory]
    [InlineData("2024-05-01T10.00.00Z", 1_714_557_600L)]
    [InlineData("2024-05-01T10:00:00Z", 1_714_557_600L)]
    [InlineData("2024-05-01T10-00-00Z", null)]
    [InlineData("2024-02-30T10.00.00Z", null)]
    [InlineData("2024.05-01T10.00.00Z", null)]
    [InlineData("latest", null)]
    [InlineData("", null)]
    public void A_time_reads_with_dots_or_colons(string name, long? seconds)
    {
        Assert.Equal(seconds, DrivePath.TimeOf(name));
        if (seconds is { } time) Assert.Equal("2024-05-01T10.00.00Z", DrivePath.NameOf(DateTimeOffset.FromUnixTimeSeconds(time)));
    }

    [Fact]
    public void Each_time_has_a_name_that_leads_back()
    {
        var random = new Random(7);
        for (int i = 0; i < 1000; i++)
        {
            long time = random.NextInt64(BackupTime.MaxSeconds);
            Assert.Equal(time, DrivePath.TimeOf(DrivePath.NameOf(DateTimeOffset.FromUnixTimeSeconds(time))));
        }
    }
}
