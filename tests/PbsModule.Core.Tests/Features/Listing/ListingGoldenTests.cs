using System.Text.Json.Nodes;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Listings against the answers of a real PBS, through the system's own calls and through .NET's.</summary>
public sealed class ListingGoldenTests
{
    public static TheoryData<string, string> Namespaces => new()
    {
        { "", "root" }, { "a", "a" }, { "a/b", "a_b" }, { "empty-ns", "empty-ns" },
    };

    [Theory]
    [MemberData(nameof(Namespaces))]
    public void Snapshots_are_those_of_PBS(string ns, string file)
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Ds1))
        {
            List<SnapshotInfo> snapshots = listing.Snapshots(new SnapshotQuery { Namespace = BackupNamespace.Parse(ns) });
            AssertSame(Corpus.JsonNode($"ds1.expected/list.{file}.json"), GoldenJson.From(snapshots));
            Assert.Equal(ExpectedLines(file, GoldenStore.Ds1), listing.Lines());
        }

        Conformance.Agrees(Conformance.Listing, $"snapshots of {file}");
    }

    [Theory]
    [MemberData(nameof(Namespaces))]
    public void Groups_are_those_of_PBS(string ns, string file)
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Ds1))
        {
            JsonNode expected = Corpus.JsonNode($"ds1.expected/groups.{file}.json");

            // PBS folds over the folder's order, in which an unfinished snapshot won here; the newest finished one is what is meant.
            JsonNode? partial = expected.AsArray().FirstOrDefault(group => (string)group!["backup-id"]! == "partial");
            if (partial is not null)
            {
                Assert.Equal(1714694400L, (long)partial["last-backup"]!);
                partial["last-backup"] = 1714521600L;
                partial["files"] = new JsonArray("catalog.pcat1.didx", "etc.pxar.didx", "index.json.blob");
            }

            AssertSame(expected, GoldenJson.From(listing.Groups(new GroupQuery { Namespace = BackupNamespace.Parse(ns) })));
            Assert.Empty(listing.Lines());
        }

        if (file != "root") Conformance.Agrees(Conformance.Listing, $"groups of {file}");
        else
        {
            Conformance.Differs(
                Conformance.Listing,
                $"groups of {file}",
                "PBS takes last-backup and files of a group from the snapshot that its folder lists last. The module "
                    + "takes them from the newest finished snapshot.");
        }
    }

    [Fact]
    public void Namespaces_are_those_of_PBS_in_our_order()
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Ds1))
        {
            string[] names = [.. listing.Namespaces(new NamespaceQuery { Recurse = true }).Select(ns => ns.Namespace)];
            Assert.Equal(["", "a", "a/b", "empty-ns"], names);
            Assert.Equal(Corpus.JsonNode("ds1.expected/namespaces.json").AsArray().Select(ns => (string)ns!["ns"]!).Order(StringComparer.Ordinal), names);
        }

        Conformance.Agrees(Conformance.Listing, "namespaces");
    }

    [Fact]
    public void Files_of_each_snapshot_are_those_of_PBS()
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Ds1))
        {
            int compared = 0;
            foreach (SnapshotInfo snapshot in listing.Snapshots(new SnapshotQuery { Recurse = true }))
            {
                string file = $"ds1.expected/files/{(snapshot.Namespace.Length == 0 ? "root" : snapshot.Namespace.Replace('/', '_'))}_{snapshot.BackupType}_{snapshot.BackupId}_{BackupTime.Format(snapshot.BackupTime.ToUnixTimeSeconds()).Replace(':', '.')}.json";
                if (!File.Exists(Corpus.PathOf(file)))
                {
                    Assert.False(snapshot.Finished);
                    PbsException missing = Assert.ThrowsAny<PbsException>(() => listing.Files(snapshot));
                    Assert.Equal(PbsErrorId.ManifestMissing, missing.ErrorId);
                    continue;
                }

                compared++;
                List<SnapshotFileInfo> files = listing.Files(snapshot);
                AssertSame(Corpus.JsonNode(file), GoldenJson.From(files.Select(f => new SnapshotFile(f.FileName, f.Size, f.CryptMode))));
                Assert.Equal(snapshot.Files.Select(f => f.FileName), files.Select(f => f.FileName));
                Conformance.Agrees(Conformance.Listing, file);
            }

            Assert.Equal(Directory.GetFiles(Corpus.PathOf("ds1.expected/files")).Length, compared);
        }
    }

    [Theory]
    [InlineData("", "root")]
    [InlineData("a", "a")]
    [InlineData("a/b", "a_b")]
    public void A_damaged_store_is_listed_as_PBS_lists_it(string ns, string file)
    {
        GoldenStore store = GoldenStore.Corrupt;
        JsonNode expected = Corpus.JsonNode($"ds1-corrupt.expected/list.{file}.json");
        foreach (Listing listing in Listing.Both(store))
        {
            List<SnapshotInfo> snapshots = listing.Snapshots(new SnapshotQuery { Namespace = BackupNamespace.Parse(ns) });
            AssertSame(WithSortedNames(expected["list"]!), GoldenJson.From(snapshots));

            // A store opened by path has no name but that.
            Assert.Equal(
                expected["stderr"]!.AsArray().Select(line => ((string)line!).Replace("{STORE}", store.Parent, StringComparison.Ordinal)).Order(StringComparer.Ordinal),
                listing.Lines().Select(line => line.Replace($"datastore '{store.Path}'", "datastore 'ds1'", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        }

        Conformance.Agrees(Conformance.Listing, $"damaged store, snapshots of {file}");
    }

    [Fact]
    public void A_damaged_snapshot_says_what_is_wrong_with_it()
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Corrupt))
        {
            SnapshotInfo damaged = listing.Snapshots().First(snapshot => snapshot.ToString() == "host/alpha/2022-11-05T10:00:00Z");
            Assert.Contains("Data blob has wrong CRC checksum.", damaged.Problem, StringComparison.Ordinal);
            Assert.True(damaged.Finished);
            Assert.Null(damaged.Size);
            PbsFormatException failure = Assert.Throws<PbsFormatException>(() => listing.Files(damaged));
            Assert.EndsWith("index.json.blob", failure.File, StringComparison.Ordinal);
            Assert.All(listing.Problems, problem => Assert.Equal(
                problem.ErrorId is PbsErrorId.ManifestMissing or PbsErrorId.ForeignName, problem.Kind == ListingProblemKind.Information));
        }
    }

    [Fact]
    public void Groups_without_a_readable_owner_are_shown_when_forced()
    {
        foreach (Listing listing in Listing.Both(GoldenStore.Corrupt))
        {
            var query = new SnapshotQuery { Recurse = true };
            int shown = listing.Snapshots(query).Count;
            List<SnapshotInfo> forced = listing.Snapshots(query with { Force = true });
            Assert.Equal(shown + 2, forced.Count);
            Assert.All(forced.Where(snapshot => snapshot.Owner is null), snapshot => Assert.NotNull(snapshot.Problem));
            GroupInfo group = Assert.Single(listing.Groups(new GroupQuery { Groups = [GroupPath.Parse("host/signed")], Force = true }));
            Assert.Null(group.Owner);
            Assert.Equal("parsing owner for host/signed failed: not a valid user id", group.Problem);
            Assert.Equal(1, group.BackupCount);
        }
    }

    /// <summary>What the log of PBS says, without its own timing.</summary>
    private static IEnumerable<string> ExpectedLines(string file, GoldenStore store) =>
        File.ReadAllLines(Corpus.PathOf($"ds1.expected/list.{file}.stderr.txt"))
            .Where(line => line.Length > 0 && !line.StartsWith("listed ", StringComparison.Ordinal))
            .Select(line => line.Replace("{STORE}", store.Path, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>Names without a manifest come in the folder's order from PBS, sorted from us.</summary>
    private static JsonNode WithSortedNames(JsonNode original)
    {
        JsonNode list = original.DeepClone();
        foreach (JsonNode? snapshot in list.AsArray())
        {
            JsonArray files = snapshot!["files"]!.AsArray();
            JsonNode?[] named = [.. files.Where(file => file!["size"] is not null).Select(file => file!.DeepClone())];
            JsonNode?[] others = [.. files.Where(file => file!["size"] is null).OrderBy(file => (string)file!["filename"]!, StringComparer.Ordinal).Select(file => file!.DeepClone())];
            snapshot["files"] = new JsonArray([.. named, .. others]);
        }

        return list;
    }

    private static void AssertSame(JsonNode expected, JsonNode actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected\n{expected.ToJsonString()}\nactual\n{actual.ToJsonString()}");
}
