using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>Key files of a real client (golden keys), and what must not be believed of a key file.</summary>
public class KeyFileTests
{
    private const string Password = "golden-password";
    private const string Times = "\"created\":\"2026-11-22T01:32:41+00:00\",\"modified\":\"2026-11-22T02:32:41+02:00\"";
    private const string BareData = "\"data\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"";

    private const string QuickKdf = "{\"PBKDF2\":{\"iter\":1,\"salt\":\"AA==\"}}";

    public static TheoryData<string, bool, string?> Golden => new()
    {
        { "keys/enc-kdf-none.json", false, null },
        { "keys/enc-kdf-scrypt.json", true, "golden" },
        { "keys/enc-kdf-pbkdf2.json", true, null },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Key_files_of_a_real_client_are_opened(string path, bool needsPassword, string? hint)
    {
        using KeyFile file = KeyFile.Parse(Corpus.Bytes(path));
        Assert.Equal(needsPassword, file.NeedsPassword);
        Assert.Equal(hint, file.Hint);
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 1, 32, 41, TimeSpan.Zero), file.Created);
        Assert.Equal(file.Created, file.Modified);
        using CryptKey expected = new(CryptKeyTests.Bare), key = file.Open(needsPassword ? Encoding.UTF8.GetBytes(Password) : []);
        Assert.Equal(expected.Fingerprint, key.Fingerprint);
        Assert.Equal(expected.Fingerprint, file.Fingerprint);
        Assert.Equal(expected.ToString(), file.ToString());
        Conformance.Agrees(Conformance.Formats, path);
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void A_wrong_password_is_told_with_the_hint(string path, bool needsPassword, string? hint)
    {
        using KeyFile file = KeyFile.Parse(Corpus.Bytes(path));
        if (!needsPassword)
        {
            file.Open("ignored"u8).Dispose();
            return;
        }

        PbsIntegrityException wrong = Assert.Throws<PbsIntegrityException>(() => file.Open("golden-passwort"u8));
        PbsArgumentException missing = Assert.Throws<PbsArgumentException>(() => file.Open());
        Assert.Equal((PbsErrorId.KeyPasswordWrong, PbsErrorId.KeyPasswordRequired), (wrong.ErrorId, missing.ErrorId));
        Assert.StartsWith("Unable to decrypt key", wrong.Message, StringComparison.Ordinal);
        foreach (string message in new[] { wrong.Message, missing.Message })
        {
            Assert.Equal(hint is not null, message.Contains("(password hint: golden)", StringComparison.Ordinal));
            Assert.DoesNotContain("passwort", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_key_in_an_RSA_encrypted_blob_is_a_key_file()
    {
        byte[] raw = GoldenStore.Ds1.Bytes("host/enc/2024-04-02T08:00:00Z/rsa-encrypted.key.blob");
        using PbsModule.Core.Formats.Zstd.ZstdDecoder zstd = new();
        using RSA master = RSA.Create();
        master.ImportFromPem(File.ReadAllText(Corpus.PathOf("keys/master-private.pem")));
        byte[] json = master.Decrypt(DataBlob.Decode(raw, zstd), RSAEncryptionPadding.Pkcs1);
        using KeyFile file = KeyFile.Parse(json);
        using CryptKey key = file.Open(), expected = new(CryptKeyTests.Bare);
        Assert.Equal(expected.Fingerprint, key.Fingerprint);
    }

    // Each fault with the words that name it.
    [Theory]
    [InlineData("", "not valid JSON")]
    [InlineData("[]", "not an object")]
    [InlineData("{", "not valid JSON")]
    [InlineData("{" + Times + "}", "missing member 'data'")]
    [InlineData("{\"created\":\"2026-11-22T01:32:41Z\"," + BareData + "}", "missing member 'modified'")]
    [InlineData("{\"modified\":\"2026-11-22T01:32:41Z\"," + BareData + "}", "missing member 'created'")]
    [InlineData("{\"created\":\"yesterday\"}", "a time is not RFC 3339")]
    [InlineData("{\"created\":\"2026-11-22T01:32:41\"}", "a time is not RFC 3339")]
    [InlineData("{\"created\":\"9999-12-31T23:59:59-01:00\"}", "a time is not RFC 3339")]
    [InlineData("{\"data\":\"????\"}", "a member is not base64")]
    [InlineData("{\"data\":5}", "a member is no text")]
    [InlineData("{\"hint\":{}}", "a member is no text")]
    [InlineData("{\"hint\":\"\\ud800\"}", "not valid JSON")]
    [InlineData("{\"fingerprint\":\"0e:ab\"}", "the fingerprint is not 32 bytes in hex")]
    [InlineData("{" + Times + "," + BareData + "," + BareData + "}", "a member stands there twice")]
    [InlineData("{" + Times + "," + BareData + "}{}", "not valid JSON")]
    [InlineData("{\"kdf\":5}", "'kdf' is neither null nor an object")]
    [InlineData("{\"kdf\":{}}", "unknown key derivation")]
    [InlineData("{\"kdf\":{\"Argon2\":{}}}", "unknown key derivation")]
    [InlineData("{\"kdf\":{\"PBKDF2\":5}}", "the parameters of 'kdf' are not an object")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"iter\":1}}}", "missing member 'salt'")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"salt\":\"AA==\"}}}", "missing member 'iter'")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"iter\":1.5,\"salt\":\"AA==\"}}}", "a parameter of 'kdf' is no integer")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"iter\":0,\"salt\":\"AA==\"}}}", "PBKDF2's number of iterations is not from 1 to 10000000")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"iter\":99999999999,\"salt\":\"AA==\"}}}", "PBKDF2's number of iterations is not from 1 to 10000000")]
    [InlineData("{\"kdf\":{\"Scrypt\":{\"n\":1073741824,\"r\":8,\"p\":1,\"salt\":\"AA==\"}}}", "scrypt's parameters are too large")]
    [InlineData("{\"kdf\":{\"Scrypt\":{\"n\":4194304,\"r\":8,\"p\":1,\"salt\":\"AA==\"}}}", "scrypt would need more than 1025 MiB of memory")]
    [InlineData("{\"kdf\":{\"PBKDF2\":{\"iter\":1,\"salt\":\"AA==\"},\"Scrypt\":{}}}", "more than one key derivation")]
    public void Faulty_files_are_refused_before_anything_is_derived(string json, string reason)
    {
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => KeyFile.Parse(Encoding.UTF8.GetBytes(json)));
        Assert.Equal(PbsErrorId.KeyFileInvalid, error.ErrorId);
        Assert.EndsWith(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_later_version_adds_is_passed_over()
    {
        using KeyFile file = KeyFile.Parse(Encoding.UTF8.GetBytes("{\"new\":[{\"kdf\":1}]," + Times + ",\"hint\":null,\"fingerprint\":null," + BareData + "}"));
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 0, 32, 41, TimeSpan.Zero), file.Modified);
        Assert.Null(file.Fingerprint);
        Assert.Equal("key file without fingerprint", file.ToString());
        file.Open().Dispose();
    }

    [Fact]
    public void A_key_that_is_not_the_one_of_the_fingerprint_is_refused()
    {
        string text = Encoding.UTF8.GetString(Corpus.Bytes("keys/enc-kdf-none.json"));
        using KeyFile file = KeyFile.Parse(Encoding.UTF8.GetBytes(text.Replace("AAECAw", "BAECAw", StringComparison.Ordinal)));
        PbsIntegrityException error = Assert.Throws<PbsIntegrityException>(() => file.Open());
        Assert.Equal(PbsErrorId.KeyMismatch, error.ErrorId);
        Assert.Matches("^KeyConfig contains wrong fingerprint 0e:ab:d4:46:0b:6e:b9:ca, contained key has fingerprint ([0-9a-f]{2}:){7}[0-9a-f]{2}$", error.Message);
    }

    [Theory]
    [InlineData("null", 31, "the key has 31 bytes instead of 32")]
    [InlineData("null", 0, "the key has 0 bytes instead of 32")]
    [InlineData("null", 64, "the key has 64 bytes instead of 32")]
    [InlineData(QuickKdf, 31, "Unable to decrypt key - short data")]
    [InlineData(QuickKdf, 63, "the key has 31 bytes instead of 32")]
    public void Keys_of_another_length_are_refused(string kdf, int length, string reason)
    {
        string json = "{\"kdf\":" + kdf + "," + Times + ",\"data\":\"" + Convert.ToBase64String(new byte[length]) + "\"}";
        using KeyFile file = KeyFile.Parse(Encoding.UTF8.GetBytes(json));
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => file.Open("password"u8));
        Assert.Equal((PbsErrorId.KeyFileInvalid, reason), (error.ErrorId, error.Reason));
    }

    [Fact]
    public void A_disposed_file_holds_no_key_any_more()
    {
        KeyFile file = KeyFile.Parse(Corpus.Bytes("keys/enc-kdf-none.json"));
        file.Dispose();
        Assert.Equal(PbsErrorId.KeyMismatch, Assert.Throws<PbsIntegrityException>(() => file.Open()).ErrorId);
    }

    [Fact]
    public void A_key_file_is_loaded_by_its_path_and_every_error_names_it()
    {
        using TemporaryFolder folder = new();
        File.Copy(Corpus.PathOf("keys/enc-kdf-none.json"), folder["key.json"]);
        File.CreateSymbolicLink(folder["link.json"], folder["key.json"]);
        using (KeyFile file = KeyFileLoader.Load(folder["link.json"])) file.Open().Dispose();
        File.WriteAllText(folder["text"], "-----BEGIN PUBLIC KEY-----");
        File.WriteAllBytes(folder["large"], new byte[70_000]);
        File.WriteAllBytes(folder["empty"], []);
        foreach (string name in new[] { "text", "large", "empty" })
        {
            PbsFormatException error = Assert.Throws<PbsFormatException>(() => KeyFileLoader.Load(folder[name]));
            Assert.Equal((PbsErrorId.KeyFileInvalid, folder[name]), (error.ErrorId, error.File));
        }

        PbsNotFoundException missing = Assert.Throws<PbsNotFoundException>(() => KeyFileLoader.Load(folder["none"]));
        Assert.Equal((PbsErrorId.KeyFileNotFound, folder["none"]), (missing.ErrorId, missing.Target));
        Assert.Equal(PbsErrorId.KeyFileUnreadable, Assert.ThrowsAny<PbsException>(() => KeyFileLoader.Load(folder.Root)).ErrorId);
    }

    [Fact]
    public void Mutated_key_files_are_read_or_refused()
    {
        byte[][] samples = [.. Golden.Select(row => Corpus.Bytes(row.Data.Item1))];
        MutationFuzz.Run(samples, input =>
        {
            using KeyFile file = KeyFile.Parse(input);
            if (file.NeedsPassword) return;
            try
            {
                file.Open().Dispose();
            }
            catch (PbsIntegrityException e) when (e.ErrorId == PbsErrorId.KeyMismatch)
            {
                // A changed key does not fit its fingerprint.
            }
        });
    }

}
