using System.Globalization;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Tests;

/// <summary>What the other tests stand on: the unpacked store is the one PBS wrote.</summary>
public sealed class GoldenStoreTests
{
    [Fact]
    public void The_unpacked_store_has_the_content_modes_and_times_of_the_tree()
    {
        GoldenStore store = GoldenStore.Ds1;
        string[] lines = File.ReadAllLines(Corpus.PathOf("ds1.expected/tree.txt"));
        Assert.True(lines.Length > 200);
        foreach (string line in lines)
        {
            // The name may hold blanks: "vm/bad id!".
            string[] fields = line.TrimEnd().Split(' ');
            string path = store.PathOf(string.Join(' ', fields[..^4]));
            bool isFile = fields[^4].StartsWith("100", StringComparison.Ordinal);
            if (!OperatingSystem.IsWindows()) Assert.Equal(Convert.ToInt32(fields[^4], 8) & 0xFFF, (int)File.GetUnixFileMode(path));
            Assert.Equal(long.Parse(fields[^2], CultureInfo.InvariantCulture) / 100, (File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).Ticks);
            if (!isFile) continue;
            byte[] content = File.ReadAllBytes(path);
            Assert.Equal(fields[^3], content.Length.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(fields[^1], Digest.Of(content).ToString());
        }
    }

    [Fact]
    public void A_copy_is_apart_and_goes_away()
    {
        string path;
        using (GoldenStore copy = GoldenStore.Copy("ds1-corrupt"))
        {
            path = copy.Path;
            File.Delete(copy.PathOf("host/alpha/owner"));
            Assert.True(File.Exists(GoldenStore.Corrupt.PathOf("host/alpha/owner")));
        }

        Assert.False(Directory.Exists(path));
    }
}
