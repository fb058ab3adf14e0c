using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Tests;

/// <summary>What PBS derives from a key: golden misc/blobs.json and the vectors of storage.md A.1.</summary>
public class CryptKeyTests
{
    private const string FingerprintText = "0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b";

    /// <summary>The key of the corpus, 000102…1f.</summary>
    internal static byte[] Bare { get; } = [.. Enumerable.Range(0, CryptKey.Size).Select(i => (byte)i)];

    [Fact]
    public void Digests_tags_and_fingerprints_are_those_of_a_real_client()
    {
        using CryptKey key = new(Bare);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using PbsModule.Core.Formats.Zstd.ZstdDecoder zstd = new();
        using JsonDocument cases = Corpus.Json("misc/blobs.json");
        int checkedCases = 0;
        foreach (JsonElement item in cases.RootElement.EnumerateArray())
        {
            string path = $"misc/blobs/{item.GetProperty("name").GetString()}.c0.e0.blob";
            if (!item.TryGetProperty("keyed", out JsonElement keyed) || !File.Exists(Corpus.PathOf(path))) continue;
            byte[] data = DataBlob.Decode(Corpus.Bytes(path), zstd);
            byte[] tag = new byte[CryptKey.TagSize];
            key.ComputeTag(data, tag);
            Assert.Equal(keyed.GetProperty("compute_auth_tag").GetString(), Convert.ToHexStringLower(tag));
            Assert.Equal(keyed.GetProperty("compute_digest").GetString(), key.ComputeDigest(data).ToString());
            Assert.Equal(key.ComputeDigest(data), key.ComputeDigest(data, hash));
            Assert.Equal(keyed.GetProperty("fingerprint").GetString(), key.Fingerprint.ShortText);
            Assert.Equal(keyed.GetProperty("fingerprint-hex").GetString(), key.Fingerprint.Value.ToString());
            checkedCases++;
            Conformance.Agrees(Conformance.Formats, $"keyed digest of {path}");
        }

        Assert.Equal(5, checkedCases);
    }

    [Fact]
    public void Vectors_hold()
    {
        using CryptKey key = new(Bare);
        Assert.Equal("e34178a27b992c4a218599bf7f43ed50bc464a03d624d9092306fe2ed74d557e", key.ComputeDigest("hello"u8).ToString());
        Assert.Equal(FingerprintText, key.Fingerprint.ToString());
        Assert.Equal("6ed0ef77471fff4d55c7a8fe4a9db62161407f134c725ddf30992d25ec45ed26", Digest.Of("Proxmox Backup Encryption Key Fingerprint"u8).ToString());
    }

    [Fact]
    public void The_id_key_is_derived_as_PBS_derives_it()
    {
        byte[] derived = Convert.FromHexString("28cdb1a3bef39396c3860e00d448fe7a0efd8244486ab6feb30457681d31597e");
        byte[] idKey = Convert.FromHexString("758495a21c31047f543f46d694700e02d168568bab37bb0ceece947b591f5100");
        using CryptKey key = new(derived);
        Assert.Equal(Digest.Of([.. "data"u8, .. idKey]), key.ComputeDigest("data"u8));
        byte[] tag = new byte[CryptKey.TagSize];
        key.ComputeTag("data"u8, tag);
        Assert.Equal(HMACSHA256.HashData(idKey, "data"u8), tag);
    }

    [Fact]
    public void A_key_shows_its_fingerprint_only()
    {
        using CryptKey key = new(Bare);
        Assert.Equal(FingerprintText, $"{key}");
        using KeyFile file = KeyFile.Parse(Corpus.Bytes("keys/enc-kdf-none.json"));
        foreach (object holder in new object[] { key, file })
        {
            // What a formatter, a serializer or a debugger's view finds: no property that holds bytes.
            Assert.DoesNotContain(holder.GetType().GetProperties(), p => p.PropertyType == typeof(byte[]) || p.PropertyType.Name.Contains("Memory", StringComparison.Ordinal));
            Assert.DoesNotContain(holder.GetType().GetFields(), f => !f.IsLiteral);
        }
    }

    [Fact]
    public void A_disposed_key_does_nothing_any_more()
    {
        CryptKey key = new(Bare);
        key.Dispose();
        key.Dispose();
        Assert.Throws<ObjectDisposedException>(() => key.ComputeDigest([]));
        Assert.Throws<ObjectDisposedException>(() => key.ComputeTag([], new byte[32]));
        Assert.Throws<ObjectDisposedException>(() => key.Encrypt(new byte[16], [], [], new byte[16]));
    }

    [Theory]
    [InlineData(FingerprintText, true)]
    [InlineData("0EABD4460B6EB9CA345023DEE2B778C790E54A1683B9659C0A57AE199090159B", true)]
    [InlineData("0e:ab:d4:46:0b:6e:b9:ca", false)]
    [InlineData("", false)]
    [InlineData("0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b:00", false)]
    [InlineData("xx:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b", false)]
    public void Fingerprints_are_read(string text, bool valid)
    {
        Assert.Equal(valid, KeyFingerprint.TryParse(text, out KeyFingerprint fingerprint));
        if (valid) Assert.Equal(FingerprintText, fingerprint.ToString());
    }
}
