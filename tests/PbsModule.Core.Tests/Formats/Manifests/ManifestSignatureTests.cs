using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Manifests;

namespace PbsModule.Core.Tests;

/// <summary>Signed manifests of a real client, and what must not pass for one.</summary>
public sealed class ManifestSignatureTests : IDisposable
{
    private const string Encrypted = "root_host_enc_2024-04-02T08.00.00Z";
    private const string Signed = "root_host_signed_2024-04-01T09.00.00Z";
    private const string OurKey = "0e:ab:d4:46:0b:6e:b9:ca";

    private readonly CryptKey _key = new(CryptKeyTests.Bare);
    private readonly CryptKey _other = new(new byte[CryptKey.Size]);

    public void Dispose()
    {
        _key.Dispose();
        _other.Dispose();
    }

    [Fact]
    public void Manifests_of_a_real_client_are_verified_and_signed_to_the_byte()
    {
        int signed = 0;
        foreach (string name in ManifestTests.GoldenNames)
        {
            Manifest manifest = Manifest.Parse(Text(name));
            bool verified = ManifestSignature.Verify(manifest, _key);
            Assert.Equal(manifest.Signature is not null, verified);
            if (!verified) continue;
            ManifestSignature.CheckKey(manifest, _key);
            Assert.Equal(Text(name), ManifestSignature.Sign(manifest.WithSignature(null), _key).ToText());
            signed++;
        }

        Assert.Equal(3, signed);
    }

    [Theory]
    [InlineData("\"size\": ", "\"size\": 1")]
    [InlineData("\"crypt-mode\": \"encrypt\"", "\"crypt-mode\": \"none\"")]
    [InlineData("\"csum\": \"", "\"csum\": \"00")]
    [InlineData("\"backup-time\": 1", "\"backup-time\": 2")]
    [InlineData("\"backup-id\": \"enc\"", "\"backup-id\": \"end\"")]
    [InlineData("\"files\"", "\"added\": 1,\n  \"files\"")]
    [InlineData("\"signature\": \"", "\"signature\": \"0")]
    public void What_was_changed_after_signing_is_noticed(string from, string to)
    {
        string text = Encoding.UTF8.GetString(Text(Encrypted));
        int at = text.IndexOf(from, StringComparison.Ordinal);
        string changed = string.Concat(text.AsSpan(0, at), to, text.AsSpan(at + from.Length));

        // A checksum with two digits more is none; keep its length.
        if (from.StartsWith("\"csum\"", StringComparison.Ordinal)) changed = changed.Remove(at + to.Length, 2);
        PbsIntegrityException error = Assert.Throws<PbsIntegrityException>(() => ManifestSignature.Verify(Parse(changed), _key));
        Assert.Equal((PbsErrorId.ManifestSignatureWrong, "wrong signature in manifest"), (error.ErrorId, error.Message));
    }

    [Fact]
    public void What_no_signature_covers_may_change()
    {
        Manifest manifest = Manifest.Parse(Text(Signed));
        Assert.True(ManifestSignature.Verify(Manifest.Parse(manifest.WithNotes("new").ToText()), _key));
        Assert.True(ManifestSignature.Verify(Manifest.Parse(manifest.WithUnprotected(JsonObject.Empty).ToText()), _key));
        Assert.False(ManifestSignature.Verify(Manifest.Parse(manifest.WithSignature(null).ToText()), _other));
    }

    [Fact]
    public void Another_key_is_told_from_a_wrong_signature()
    {
        Manifest manifest = Manifest.Parse(Text(Signed));
        PbsIntegrityException error = Assert.Throws<PbsIntegrityException>(() => ManifestSignature.Verify(manifest, _other));
        Assert.Equal(PbsErrorId.KeyMismatch, error.ErrorId);
        Assert.Equal(
            $"wrong key - unable to verify signature since manifest's key {OurKey} does not match provided key {_other.Fingerprint.ShortText}", error.Message);
        error = Assert.Throws<PbsIntegrityException>(() => ManifestSignature.CheckKey(manifest, _other));
        Assert.Equal($"wrong key - manifest's key {OurKey} does not match provided key {_other.Fingerprint.ShortText}", error.Message);
        PbsArgumentException missing = Assert.Throws<PbsArgumentException>(() => ManifestSignature.CheckKey(manifest, null));
        Assert.Equal((PbsErrorId.KeyRequired, $"missing key - manifest was created with key {OurKey}"), (missing.ErrorId, missing.Message));
        Manifest stripped = manifest.WithUnprotected(JsonObject.Empty);
        Assert.Equal(PbsErrorId.ManifestSignatureWrong, Assert.Throws<PbsIntegrityException>(() => ManifestSignature.Verify(stripped, _other)).ErrorId);
        ManifestSignature.CheckKey(stripped, null);
    }

    [Fact]
    public void What_cannot_be_read_or_signed_is_refused()
    {
        string text = Encoding.UTF8.GetString(Text(Signed));
        Assert.Throws<PbsFormatException>(() => ManifestSignature.Verify(Parse(text.Replace("0e:ab", "zz:zz", StringComparison.Ordinal)), _key));
        PbsFormatException error = Assert.Throws<PbsFormatException>(
            () => ManifestSignature.Verify(Parse(text.Replace("\"files\"", "\"added\": null, \"files\"", StringComparison.Ordinal)), _key));
        Assert.Equal("got unexpected null value", error.Reason);
    }

    [Fact]
    public void Mutated_manifests_never_pass_as_signed()
    {
        byte[] original = Manifest.Parse(Text(Signed)).GetSignedBytes();
        MutationFuzz.Run([Text(Signed)], input =>
        {
            Manifest manifest = Manifest.Parse(input);
            try
            {
                if (ManifestSignature.Verify(manifest, _key)) Assert.Equal(original, manifest.GetSignedBytes());
            }
            catch (PbsIntegrityException)
            {
                // Refused.
            }
        });
    }

    private static Manifest Parse(string text) => Manifest.Parse(Encoding.UTF8.GetBytes(text));

    private static byte[] Text(string name) => Corpus.Bytes($"ds1.expected/manifests/{name}.json");
}
