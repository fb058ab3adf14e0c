using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>Files taken out of snapshots: the bytes of a real PBS for all of them, and a refusal exactly where something is damaged.</summary>
public sealed class SnapshotFileSaveTests : IDisposable
{
    // Damage of files in ds1-corrupt, and how it shows.
    private static readonly Dictionary<string, string> DamagedFiles = new()
    {
        ["host/alpha/2023-12-31T23:30:00Z/root.pxar.didx"] = PbsErrorId.ManifestFileMismatch,
        ["ct/101/2024-02-29T22:15:00Z/pct.conf.blob"] = PbsErrorId.BlobChecksumMismatch,
        ["vm/100/2024-05-05T00:00:02Z/fw.conf.blob"] = PbsErrorId.ManifestFileMismatch,
        ["host/alpha/2024-06-01T12:00:00Z/home.pxar.didx"] = PbsErrorId.SnapshotFileNotFound,
        ["vm/100/2024-05-12T00:00:02Z/drive-efidisk0.img.fidx"] = PbsErrorId.IndexInvalid,
        ["host/signed/2024-04-01T09:00:00Z/data.pxar.didx"] = PbsErrorId.KeyRequired,
        ["host/signed/2024-04-01T09:00:00Z/catalog.pcat1.didx"] = PbsErrorId.ChunkLengthMismatch,
        ["a/b:ct/101/2024-07-04T00:00:00Z/root.pxar.didx"] = PbsErrorId.IndexInvalid,
    };

    // Damage of chunks by its kind in damage.json.
    private static readonly Dictionary<string, string> DamagedChunks = new()
    {
        ["chunk-flipped-byte"] = PbsErrorId.BlobChecksumMismatch,
        ["chunk-missing"] = PbsErrorId.ChunkMissing,
        ["chunk-truncated"] = PbsErrorId.BlobChecksumMismatch,
        ["chunk-valid-crc-wrong-digest"] = PbsErrorId.ChunkDigestMismatch,
        ["chunk-bad-magic"] = PbsErrorId.BlobInvalid,
        ["chunk-zero-bytes"] = PbsErrorId.BlobInvalid,
        ["encrypted-chunk-flipped-byte"] = PbsErrorId.BlobChecksumMismatch,
    };

    private readonly TemporaryFolder _folder = new();
    private readonly PbsEngine _engine = new(Connection.None);
    private readonly CryptKey _key = new(CryptKeyTests.Bare);

    public static TheoryData<string> Golden
    {
        get
        {
            using JsonDocument all = Corpus.Json("ds1.expected/decoded.json");
            return [.. all.RootElement.EnumerateObject().Select(file => file.Name)];
        }
    }

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void All_of_them_are_there() => Assert.Equal(89, Golden.Count);

    [Theory]
    [MemberData(nameof(Golden))]
    public void Each_file_is_what_PBS_gives_raw_and_decoded(string name)
    {
        using JsonDocument all = Corpus.Json("ds1.expected/decoded.json");
        JsonElement expected = all.RootElement.GetProperty(name);
        foreach (bool decode in (bool[])[false, true])
        {
            FileInfo saved = Save(GoldenStore.Ds1, name, decode, name.Contains("host/enc", StringComparison.Ordinal) ? _key : null);
            byte[] bytes = File.ReadAllBytes(saved.FullName);
            string prefix = decode ? "" : "raw-";
            Assert.Equal(expected.GetProperty(prefix + "size").GetInt64(), bytes.Length);
            Assert.Equal(expected.GetProperty(prefix + "sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            Assert.Equal(decode ? Path.GetFileNameWithoutExtension(Split(name).File) : Split(name).File, saved.Name);
            Assert.Equal([saved.Name], _folder.Names());
            saved.Delete();
            if (decode && name.EndsWith("rsa-encrypted.key.blob", StringComparison.Ordinal))
            {
                Conformance.Differs(
                    Conformance.Content,
                    $"decoded {name}",
                    "PBS refuses to decode this file, because the manifest states that it is encrypted. Its data "
                        + "is not encrypted, so the module decodes it.");
            }
            else Conformance.Agrees(Conformance.Content, $"{(decode ? "decoded" : "raw")} {name}");
        }
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_damaged_store_fails_where_it_is_damaged_and_nowhere_else(string name)
    {
        GoldenStore store = GoldenStore.Corrupt;
        (SnapshotPath snapshot, string file) = Split(name);
        CryptKey? key = name.Contains("host/enc", StringComparison.Ordinal) ? _key : null;

        // Raw bytes come whatever they are.
        bool isThere = name != "host/alpha/2024-06-01T12:00:00Z/home.pxar.didx";
        if (isThere) Assert.Equal(File.ReadAllBytes(PathIn(store, name)), File.ReadAllBytes(Save(store, name, decode: false, key).FullName));
        foreach (string left in _folder.Names()) File.Delete(_folder[left]);

        string? fault = DamagedFiles.GetValueOrDefault(name) ?? FaultOfManifest(name) ?? FaultOfChunks(name);
        if (fault is null)
        {
            using JsonDocument all = Corpus.Json("ds1.expected/decoded.json");
            byte[] bytes = File.ReadAllBytes(Save(store, name, decode: true, key).FullName);
            bool isChanged = file == Manifest.FileName && (name.StartsWith("host/signed", StringComparison.Ordinal) || name.StartsWith("a:host/beta/2024-07-02", StringComparison.Ordinal));
            if (!isChanged) Assert.Equal(all.RootElement.GetProperty(name).GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
            return;
        }

        PbsException error = Assert.ThrowsAny<PbsException>(() => Save(store, name, decode: true, key));
        Assert.True(fault == error.ErrorId, $"{error.ErrorId}: {error.Message}");
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void What_the_bytes_say_decides_whether_there_must_be_a_key()
    {
        const string encrypted = "host/enc/2024-04-02T08:00:00Z/";
        Save(GoldenStore.Ds1, encrypted + "rsa-encrypted.key.blob", decode: true, null);
        Save(GoldenStore.Ds1, encrypted + "index.json.blob", decode: true, null);
        foreach (string file in (string[])["app.conf.blob", "client.log.blob", "data.pxar.didx", "disk.img.fidx", "catalog.pcat1.didx"])
        {
            PbsException error = Assert.ThrowsAny<PbsException>(() => Save(GoldenStore.Ds1, encrypted + file, decode: true, null));
            Assert.StartsWith($"cannot decode '{file}' - is encrypted", error.Message, StringComparison.Ordinal);
            Assert.Equal("Give the key with -KeyFile.", error.RecommendedAction);
        }

        Assert.Equal(2, _folder.Names().Length);
    }

    [Fact]
    public void A_wrong_key_is_refused_before_there_is_any_output()
    {
        using CryptKey wrong = new(new byte[CryptKey.Size]);
        foreach (string name in Golden.Select(row => row.Data).Where(name => name.StartsWith("host/enc", StringComparison.Ordinal) && !name.EndsWith("index.json.blob", StringComparison.Ordinal)))
        {
            var mutations = new RecordedMutations();
            PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Mutations = mutations });
            (SnapshotPath snapshot, string file) = Split(name);
            PbsException error = Assert.ThrowsAny<PbsException>(() => engine.Content.Save(
                engine.Resolver.ResolvePath(GoldenStore.Ds1.Path), snapshot, new SaveRequest(file, _folder.Root) { Decode = true, Key = wrong, AllowMissingChunk = true }, Quiet, CancellationToken.None));
            Assert.True(error.ErrorId is PbsErrorId.KeyMismatch or PbsErrorId.BlobAuthenticationFailed, error.Message);
            Assert.Empty(mutations.Changes);
        }
    }

    [Fact]
    public void Names_lead_nowhere_else()
    {
        foreach (string file in (string[])["../owner", "..", ".", "", "/etc/passwd", "a/b", "no.such.blob", "none.didx"])
        {
            foreach (bool decode in (bool[])[false, true])
            {
                PbsException error = Assert.ThrowsAny<PbsException>(() => Save(GoldenStore.Ds1, "vm/100/2024-05-12T00:00:02Z/" + file, decode, null, file));
                Assert.Contains(error.ErrorId, (string[])[PbsErrorId.PathInvalid, PbsErrorId.SnapshotFileNotFound]);
            }
        }

        // The last name is what PBS calls the kind of a file.
        var kind = Assert.Throws<PbsArgumentException>(() => Save(GoldenStore.Ds1, "vm/100/2024-05-12T00:00:02Z/x.tmp_didx", decode: true, null));
        Assert.Equal((PbsErrorId.FileNotDecodable, "cannot download 'tmp_didx' files"), (kind.ErrorId, kind.Message));
        Assert.Equal("cannot download 'owner' files", Assert.Throws<PbsArgumentException>(() => Save(GoldenStore.Ds1, "vm/100/2024-05-12T00:00:02Z/owner", decode: true, null)).Message);
    }

    [Fact]
    public void Patterns_find_what_lies_in_the_folder_also_without_a_manifest()
    {
        DatastoreContext store = _engine.Resolver.ResolvePath(GoldenStore.Corrupt.Path);
        SnapshotPath broken = SnapshotPath.Parse("host/alpha/2022-11-05T10:00:00Z");
        NameFilter all = NameFilter.Pattern("*.didx", name => name.EndsWith(".didx", StringComparison.Ordinal));
        Assert.Equal(["catalog.pcat1.didx", "root.pxar.didx"], _engine.Content.Match(store, broken, [all]).Order());
        Assert.Equal(["none.blob"], _engine.Content.Match(store, broken, [NameFilter.Literal("none.blob")]));
        Assert.Equal(3, _engine.Content.Match(store, broken, [all, NameFilter.Literal("none.blob")]).Count);
        Assert.Throws<PbsNotFoundException>(() => _engine.Content.Match(store, SnapshotPath.Parse("host/alpha/2000-01-01T00:00:00Z"), [all]));
    }

    [Fact]
    public void Signatures_are_told_from_none_and_from_wrong_ones()
    {
        Assert.True(Test(GoldenStore.Ds1, "host/signed/2024-04-01T09:00:00Z", _key, out _));
        Assert.True(Test(GoldenStore.Ds1, "host/enc/2024-04-02T08:00:00Z", _key, out _));
        Assert.False(Test(GoldenStore.Ds1, "vm/100/2024-05-12T00:00:02Z", _key, out string? unsigned));
        Assert.Equal("the manifest is not signed", unsigned);
        Assert.False(Test(GoldenStore.Corrupt, "host/signed/2024-04-01T09:00:00Z", _key, out string? wrong));
        Assert.Equal("wrong signature in manifest", wrong);
        using CryptKey other = new(new byte[CryptKey.Size]);
        Assert.Equal(PbsErrorId.KeyMismatch, Assert.Throws<PbsIntegrityException>(() => Test(GoldenStore.Ds1, "host/signed/2024-04-01T09:00:00Z", other, out _)).ErrorId);
    }

    [Fact]
    public void A_changed_manifest_is_refused_where_there_is_a_key()
    {
        var error = Assert.Throws<PbsIntegrityException>(() => Save(GoldenStore.Corrupt, "host/signed/2024-04-01T09:00:00Z/app.conf.blob", decode: true, _key));
        Assert.Equal(PbsErrorId.ManifestSignatureWrong, error.ErrorId);
        Save(GoldenStore.Corrupt, "host/signed/2024-04-01T09:00:00Z/app.conf.blob", decode: true, null);
    }

    [Fact]
    public void A_registered_store_counts_it_as_a_read_while_it_lasts()
    {
        AtomicFileTests.NeedsLinux();
        using var server = new ServerFolder();
        server.Register(("main", GoldenStore.Ds1.Path, ""));
        var mutations = new RecordedMutations();
        PbsEngine engine = new PbsEngine(Connection.Local(server.Options), new EngineOptions { Mutations = mutations });
        engine.Content.Save(engine.Resolver.Resolve("main"), SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), new SaveRequest("fw.conf.blob", _folder["out"]), Quiet, CancellationToken.None);
        string[] renames = [.. mutations.Changes.Where(change => change is "rename main" or "rename new out")];
        Assert.Equal(["rename main", "rename new out", "rename main"], renames);
        Assert.DoesNotContain("\"reads\": 1", File.ReadAllText(Path.Combine(server.RunRoot, "active-operations", "main")), StringComparison.Ordinal);
    }

    internal static SaveListener Quiet { get; } = new(static _ => { }, static (_, _) => { });

    private static string? FaultOfManifest(string name)
    {
        bool isManifest = name.EndsWith("/index.json.blob", StringComparison.Ordinal);
        if (name.StartsWith("host/alpha/2022-11-05", StringComparison.Ordinal)) return PbsErrorId.BlobChecksumMismatch;
        if (name.StartsWith("a:host/beta/2024-07-01", StringComparison.Ordinal)) return PbsErrorId.BlobInvalid;
        return name.StartsWith("a:host/beta/2024-07-02", StringComparison.Ordinal) && !isManifest ? PbsErrorId.ManifestInvalid : null;
    }

    /// <summary>That of the first damaged chunk, whichever worker came across which one first.</summary>
    private static string? FaultOfChunks(string name)
    {
        using JsonDocument indexes = Corpus.Json("ds1.expected/indexes.json");
        if (!indexes.RootElement.TryGetProperty(name, out JsonElement index)) return null;
        using JsonDocument damages = Corpus.Json("ds1-corrupt.expected/damage.json");
        Dictionary<string, string> kinds = damages.RootElement.EnumerateArray().Where(damage => damage.TryGetProperty("digest", out _))
            .ToDictionary(damage => damage.GetProperty("digest").GetString()!, damage => damage.GetProperty("kind").GetString()!);
        string? kind = index.GetProperty("chunks").EnumerateArray().Select(chunk => kinds.GetValueOrDefault(chunk.GetProperty("digest").GetString()!)).FirstOrDefault(kind => kind is not null);
        return kind is null ? null : DamagedChunks[kind];
    }

    internal static (SnapshotPath Snapshot, string File) Split(string name)
    {
        // Two colons are in the time.
        bool hasNamespace = name.Count(':') > 2;
        int colon = name.IndexOf(':', StringComparison.Ordinal), last = name.LastIndexOf('/');
        string ns = hasNamespace ? string.Concat(name[..colon].Split('/').Select(part => $"ns/{part}/")) : "";
        return (SnapshotPath.Parse(ns + name[(hasNamespace ? colon + 1 : 0)..last]), name[(last + 1)..]);
    }

    private static string PathIn(GoldenStore store, string name)
    {
        (SnapshotPath snapshot, string file) = Split(name);
        return store.PathOf($"{snapshot}/{file}");
    }

    private FileInfo Save(GoldenStore store, string name, bool decode, CryptKey? key, string? exactly = null)
    {
        (SnapshotPath snapshot, string file) = exactly is null ? Split(name) : (SnapshotPath.Parse(string.Join('/', name.Split('/')[..3])), exactly);
        return _engine.Content.Save(_engine.Resolver.ResolvePath(store.Path), snapshot, new SaveRequest(file, _folder.Root) { Decode = decode, Key = key }, Quiet, CancellationToken.None);
    }

    private bool Test(GoldenStore store, string snapshot, CryptKey key, out string? reason) =>
        _engine.Content.TestSignature(_engine.Resolver.ResolvePath(store.Path), SnapshotPath.Parse(snapshot), key, out reason);
}
