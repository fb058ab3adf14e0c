using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>
/// Snapshots that a server has encrypted open with the server's own keys, for callers who may see these, and as without a
/// key wherever one of them cannot be had.
/// </summary>
public sealed class ServerKeyTests : IDisposable
{
    private const string Fingerprint = "0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b";

    private static readonly SnapshotPath Encrypted = SnapshotPath.Parse("host/enc/2024-04-02T08:00:00Z");

    private readonly ServerFolder _server = new();
    private readonly TemporaryFolder _folder = new();

    public ServerKeyTests()
    {
        _server.Register(("main", GoldenStore.Ds1.Path, ""));
        _server.Write("user.cfg", "user: reader@pbs\n\nuser: keeper@pbs\n");
        _server.Write("acl.cfg", "acl:1:/datastore:reader@pbs,keeper@pbs:DatastoreReader\nacl:1:/system/encryption-keys/k-1:keeper@pbs:Audit\n");
        Directory.CreateDirectory(Path.Combine(_server.ConfigRoot, "encryption-keys"));
        Install("k-1", "enc-kdf-none.json", Fingerprint);
    }

    private string KeyFile => Path.Combine(_server.ConfigRoot, "encryption-keys", "k-1.enc");

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("root@pam", true)]
    [InlineData("keeper@pbs", true)]
    [InlineData("reader@pbs", false)]
    public void A_snapshot_opens_for_who_may_see_the_key(string caller, bool opens)
    {
        PbsEngine engine = _server.Session(caller);
        DatastoreContext store = engine.Resolver.Resolve("main");
        string? expected = opens ? null : PbsErrorId.KeyRequired;
        Assert.Equal(expected, Refusal(onProblem => Assert.NotEmpty(engine.Archives.ListItems(store, Encrypted, new CatalogQuery { Depth = 9 }, null, onProblem, CancellationToken.None).ToList())));
        Assert.Equal(expected, Refusal(onProblem => Assert.NotEmpty(engine.Catalogs.ListItems(store, Encrypted, new CatalogQuery { Depth = 9 }, null, onProblem, CancellationToken.None).ToList())));
        var request = new SaveRequest("data.pxar.didx", _folder["out"]) { Decode = true, Replace = true };
        Assert.Equal(expected, Refusal(_ => engine.Content.Save(store, Encrypted, request, SnapshotFileSaveTests.Quiet, CancellationToken.None)));
        using var search = new FileSearch(new FileQuery(), null);
        if (!opens) Assert.ThrowsAny<PbsException>(() => engine.Catalogs.Search(search, store, Encrypted));
        else
        {
            Assert.Null(engine.Catalogs.Search(search, store, Encrypted));
            Assert.NotEmpty(search.Rest(Fail).ToList());
        }
    }

    [Theory]
    [InlineData("no file")]
    [InlineData("no section")]
    [InlineData("damaged")]
    [InlineData("another key")]
    [InlineData("password")]
    [InlineData("damaged configuration")]
    public void Without_a_key_that_can_be_had_it_is_read_as_before(string what)
    {
        switch (what)
        {
            case "no file": File.Delete(KeyFile); break;
            case "no section": _server.Write("encryption-keys.cfg", ""); break;
            case "damaged": File.WriteAllText(KeyFile, "{"); break;
            case "another key": File.WriteAllText(KeyFile, File.ReadAllText(KeyFile).Replace("\"data\": \"", "\"data\": \"AAAA", StringComparison.Ordinal)); break;
            case "password": File.WriteAllBytes(KeyFile, Corpus.Bytes("keys/enc-kdf-scrypt.json")); break;
            default: _server.Write("encryption-keys.cfg", "no header"); break;
        }

        PbsEngine engine = _server.Session();
        DatastoreContext store = engine.Resolver.Resolve("main");
        Assert.Equal(
            PbsErrorId.KeyRequired,
            Refusal(onProblem => Assert.NotEmpty(engine.Archives.ListItems(store, Encrypted, new CatalogQuery(), null, onProblem, CancellationToken.None).ToList())));

        // What is not encrypted does not care.
        Assert.NotEmpty(engine.Archives.ListItems(store, SnapshotPath.Parse("host/alpha/2024-10-27T01:30:00Z"), new CatalogQuery(), null, Fail, CancellationToken.None).ToList());
    }

    [Fact]
    public void Keys_of_newer_releases_and_archived_ones_are_read()
    {
        _server.Write("encryption-keys.cfg", $"sync-key: k-1\n\tfingerprint {Fingerprint}\n\tcreated 1711828700\n\tmodified 1711828700\n\tarchived-at 1711828800\n\thint x\n\tkdf none\n\tnew-member 7\n");
        PbsEngine engine = _server.Session();
        Assert.NotEmpty(engine.Archives.ListItems(engine.Resolver.Resolve("main"), Encrypted, new CatalogQuery(), null, Fail, CancellationToken.None).ToList());
    }

    [Fact]
    public void Hostile_files_are_refused_or_read_without_harm() => MutationFuzz.Run(
        [File.ReadAllBytes(Path.Combine(_server.ConfigRoot, "encryption-keys.cfg"))],
        input => _ = SectionConfig.Read(EncryptionKeySchema.File, ConfigurationText.Decode("FILE", input)).Sections.Count());

    /// <summary>The first problem that is reported or thrown; null if there is none.</summary>
    private static string? Refusal(Action<Action<ListingProblem>> read)
    {
        try
        {
            read(problem => throw new PbsArgumentException(problem.ErrorId, problem.Message));
            return null;
        }
        catch (PbsException e)
        {
            return e.ErrorId;
        }
    }

    private static void Fail(ListingProblem problem) => Assert.Fail(problem.Message);

    private void Install(string id, string key, string fingerprint)
    {
        _server.Write("encryption-keys.cfg", $"sync-key: {id}\n\tfingerprint {fingerprint}\n\tkdf none\n");
        File.WriteAllBytes(Path.Combine(_server.ConfigRoot, "encryption-keys", $"{id}.enc"), Corpus.Bytes($"keys/{key}"));
    }
}
