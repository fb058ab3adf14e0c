using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>The golden store as it comes to file systems that cannot hold ':', and at the end of a very long path.</summary>
public sealed class MappedStoreTests : IDisposable
{
    private const int BeyondOldLimits = 1200;

    private readonly GoldenStore _store = GoldenStore.Copy();
    private readonly TemporaryFolder _folder = new();
    private readonly CryptKey _key = new(CryptKeyTests.Bare);

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
        _store.Dispose();
    }

    [Theory]
    [InlineData('\uF022')]
    [InlineData('\uF03A')]
    public void With_mapped_colons_it_lists_and_gives_the_same(char colon)
    {
        foreach (string folder in Directory.GetDirectories(_store.Path, "*:*", SearchOption.AllDirectories))
        {
            Directory.Move(folder, Path.Combine(Path.GetDirectoryName(folder)!, Path.GetFileName(folder).Replace(':', colon)));
        }

        Assert.Empty(Directory.GetDirectories(_store.Path, "*:*", SearchOption.AllDirectories));
        AssertSame(_store.Path);
    }

    [Fact]
    public void Colons_that_a_copy_has_replaced_are_told_once_a_group()
    {
        string group = Path.Combine(_store.Path, "vm", "100");
        foreach (string folder in Directory.GetDirectories(group)) Directory.Move(folder, Path.Combine(group, Path.GetFileName(folder).Replace(':', '_')));
        foreach (Listing listing in Listing.Both(_store.Path))
        {
            Assert.Empty(listing.Snapshots(new SnapshotQuery { Types = [BackupType.Vm] }));
            ListingProblem problem = Assert.Single(listing.Problems, problem => problem.Kind == ListingProblemKind.Warning);
            Assert.Equal(PbsErrorId.ForeignName, problem.ErrorId);
            Assert.Matches("2024-05-(05|12)T00_00_02Z", problem.Message);
        }
    }

    [Fact]
    public void At_the_end_of_a_long_path_it_lists_and_gives_the_same()
    {
        string folder = _folder.Root;
        while (folder.Length < BeyondOldLimits) folder = Path.Combine(folder, new string('x', 100));
        Directory.CreateDirectory(folder);
        Directory.Move(_store.Path, Path.Combine(folder, "ds1"));
        AssertSame(Path.Combine(folder, "ds1"));
    }

    /// <summary>Compares all that is listed with the store as it was, and the content of every file with what PBS decoded.</summary>
    private void AssertSame(string path)
    {
        var everything = new SnapshotQuery { Recurse = true };
        foreach ((Listing expected, Listing actual) in Listing.Both(GoldenStore.Ds1).Zip(Listing.Both(path)))
        {
            string[] texts = Texts(actual.Snapshots(everything));
            Assert.NotEmpty(texts);
            Assert.Equal(Texts(expected.Snapshots(everything)), texts);
            Assert.Equal(expected.Problems.Select(problem => problem.ErrorId).Order(), actual.Problems.Select(problem => problem.ErrorId).Order());
        }

        PbsEngine engine = new PbsEngine(Connection.None);
        using JsonDocument all = Corpus.Json("ds1.expected/decoded.json");
        foreach (JsonProperty file in all.RootElement.EnumerateObject())
        {
            (SnapshotPath snapshot, string name) = SnapshotFileSaveTests.Split(file.Name);
            CryptKey? key = file.Name.Contains("host/enc", StringComparison.Ordinal) ? _key : null;
            var request = new SaveRequest(name, _folder["content"]) { Decode = true, Key = key, Replace = true };
            FileInfo saved = engine.Content.Save(engine.Resolver.ResolvePath(path), snapshot, request, new SaveListener(Assert.NotNull, (_, _) => { }), CancellationToken.None);
            Assert.Equal(file.Value.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(saved.FullName))));
        }
    }

    private static string[] Texts(List<SnapshotInfo> snapshots) => [.. GoldenJson.From(snapshots).Select(json => json!.ToJsonString())];
}
