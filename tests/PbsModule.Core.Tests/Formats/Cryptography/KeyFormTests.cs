using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>
/// Keys in the forms in which people keep them: other encodings, paper keys, and what a master key opens.
/// </summary>
public sealed class KeyFormTests
{
    private const string Begin = "-----BEGIN PROXMOX BACKUP KEY-----", End = "-----END PROXMOX BACKUP KEY-----";

    private static readonly string Json = Encoding.UTF8.GetString(Corpus.Bytes("keys/enc-kdf-none.json"));

    private static readonly Encoding[] Encodings =
    [
        new UTF8Encoding(false), new UTF8Encoding(true), new UnicodeEncoding(bigEndian: false, byteOrderMark: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true), new UnicodeEncoding(
            bigEndian: false, byteOrderMark: false),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: false),
    ];

    public static TheoryData<string> Texts =>
    [
        Json,
        Json.ReplaceLineEndings("\r\n"),
        $"{Begin}\n{Json}\n{End}\n",
        $"Subject: key\r\n\r\n{Begin}\r\n{Json.ReplaceLineEndings("\r\n")}\r\n{End}\r\n\u2588\u2580 \u2584",
        $"<p>\n{Begin}\n{Json.Replace("EBESExQV", "EBES\nExQV", StringComparison.Ordinal)}\n{End}</p>",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_key_is_read_in_any_encoding(string text)
    {
        using CryptKey expected = new(CryptKeyTests.Bare);
        foreach (Encoding encoding in Encodings)
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
            using KeyFile file = KeyFile.Parse(bytes);
            using CryptKey key = file.Open();
            Assert.Equal(expected.Fingerprint, key.Fingerprint);
            Assert.Equal(file.Created, file.Modified);
        }
    }

    [Theory]
    [InlineData("FFFE7B", "not valid UTF-16")]
    [InlineData("FFFE00D8", "not valid UTF-16")]
    [InlineData("7B00007D", "not valid JSON")]
    [InlineData("FFFE", "not valid JSON")]
    [InlineData("EFBBBF", "not valid JSON")]
    [InlineData("EFBBBFEFBBBF7B7D", "not valid JSON")]
    public void Text_that_is_cut_or_torn_is_refused(string hex, string reason)
    {
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => KeyFile.Parse(Convert.FromHexString(hex)));
        Assert.Equal(PbsErrorId.KeyFileInvalid, error.ErrorId);
        Assert.EndsWith(reason, error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_paper_key_without_its_last_line_is_refused()
    {
        PbsFormatException error = Assert.Throws<PbsFormatException>(
            () => KeyFile.Parse(Encoding.UTF8.GetBytes($"{End}\n{Begin}\n{Json}")));
        Assert.EndsWith("the line that ends the paper key is missing", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_without_its_password_keeps_what_is_said_about_it()
    {
        using KeyFile file = KeyFile.Parse(Corpus.Bytes("keys/enc-kdf-pbkdf2.json"));
        using KeyFile bare = file.Unlock("golden-password"u8);
        Assert.False(bare.NeedsPassword);
        Assert.Equal(
            (file.Created, file.Modified, file.Hint, file.Fingerprint),
            (bare.Created, bare.Modified, bare.Hint, bare.Fingerprint));
        using CryptKey key = bare.Open(), expected = new(CryptKeyTests.Bare);
        Assert.Equal(expected.Fingerprint, key.Fingerprint);
        Assert.Equal(
            PbsErrorId.KeyPasswordWrong, Assert.Throws<PbsIntegrityException>(() => file.Unlock("wrong"u8)).ErrorId);
        Assert.Equal(PbsErrorId.KeyPasswordRequired, Assert.Throws<PbsArgumentException>(() => file.Unlock()).ErrorId);
    }

    [Fact]
    public void The_master_key_of_a_real_client_opens_what_it_left_in_a_snapshot()
    {
        using MasterKey master = MasterKey.Parse(Corpus.Bytes("keys/master-private.pem"));
        byte[] blob = GoldenStore.Ds1.Bytes("host/enc/2024-04-02T08:00:00Z/rsa-encrypted.key.blob");
        using CryptKey expected = new(CryptKeyTests.Bare);
        foreach (byte[] content in new[] { blob, blob[12..] })
        {
            using KeyFile file = master.Open(content);
            using CryptKey key = file.Open();
            Assert.Equal(expected.Fingerprint, key.Fingerprint);
        }
    }

    [Fact]
    public void A_master_key_is_read_in_each_form_and_refused_in_others()
    {
        using RSA rsa = RSA.Create(2048);
        const string time = "\"2026-11-22T01:32:41Z\"", data = "\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"";
        string json = $"{{\"kdf\":null,\"created\":{time},\"modified\":{time},\"data\":{data}}}";
        byte[] blob = DataBlob.Encode(rsa.Encrypt(Encoding.UTF8.GetBytes(json), RSAEncryptionPadding.Pkcs1));
        var how = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        string secured = rsa.ExportEncryptedPkcs8PrivateKeyPem("geheim", how);
        string publicHalf = rsa.ExportSubjectPublicKeyInfoPem();
        string[] forms = [rsa.ExportPkcs8PrivateKeyPem(), rsa.ExportRSAPrivateKeyPem(), $"{publicHalf}\r\n{secured}"];
        foreach (string pem in forms)
        {
            foreach (Encoding encoding in Encodings)
            {
                using MasterKey master = MasterKey.Parse(
                    [.. encoding.GetPreamble(), .. encoding.GetBytes(pem)], "geheim");
                using KeyFile file = master.Open(blob);
                Assert.Null(file.Derivation);
            }
        }

        Assert.Equal(
            PbsErrorId.KeyPasswordRequired,
            Assert.Throws<PbsArgumentException>(() => MasterKey.Parse(Encoding.UTF8.GetBytes(secured))).ErrorId);
        Assert.Equal(
            PbsErrorId.KeyPasswordWrong,
            Assert.Throws<PbsIntegrityException>(
                () => MasterKey.Parse(Encoding.UTF8.GetBytes(secured), "wrong")).ErrorId);
        using ECDsa curve = ECDsa.Create();
        const string empty = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        foreach (string pem in new[] { publicHalf, curve.ExportPkcs8PrivateKeyPem(), "", empty })
        {
            Assert.Equal(
                PbsErrorId.MasterKeyInvalid,
                Assert.Throws<PbsFormatException>(() => MasterKey.Parse(Encoding.UTF8.GetBytes(pem))).ErrorId);
        }
    }

    [Fact]
    public void What_a_master_key_does_not_open_is_said_to_be_of_another_one()
    {
        using RSA mine = RSA.Create(2048), other = RSA.Create(2048);
        using MasterKey master = MasterKey.Parse(Encoding.UTF8.GetBytes(mine.ExportPkcs8PrivateKeyPem()));
        byte[] foreign = other.Encrypt("{}"u8.ToArray(), RSAEncryptionPadding.Pkcs1);
        byte[] meaningless = mine.Encrypt("{}"u8.ToArray(), RSAEncryptionPadding.Pkcs1);
        foreach (byte[] content in new[] { foreign, meaningless, DataBlob.Encode(foreign), new byte[100], [] })
        {
            Assert.Equal(
                PbsErrorId.MasterKeyMismatch, Assert.Throws<PbsIntegrityException>(() => master.Open(content)).ErrorId);
        }
    }

    [Fact]
    public void Mutated_texts_of_keys_are_read_or_refused()
    {
        byte[][] samples =
            [.. Texts.SelectMany(row => Encodings.Select(encoding => Encoded(row.Data, encoding)))];
        MutationFuzz.Run(samples, input => KeyFile.Parse(input).Dispose(), allocationLimit: 1 << 20);
    }

    [Fact]
    public void Mutated_master_keys_and_blobs_are_read_or_refused()
    {
        const int rounds = 2000;
        var random = new Random(MutationFuzz.Seed);
        using RSA rsa = RSA.Create(1024);
        byte[] pem = Encoding.UTF8.GetBytes(rsa.ExportPkcs8PrivateKeyPem()), blob = DataBlob.Encode(
            rsa.Encrypt("{}"u8.ToArray(), RSAEncryptionPadding.Pkcs1));
        using MasterKey master = MasterKey.Parse(pem);
        for (int i = 0; i < rounds; i++)
        {
            Refuse(() => MasterKey.Parse(Changed(pem, random)).Dispose());
            Refuse(() => master.Open(Changed(blob, random)).Dispose());
        }

        void Refuse(Action read)
        {
            Exception? error = Record.Exception(read);
            Assert.True(error is null or PbsException, $"PBS_FUZZ_SEED={MutationFuzz.Seed}: {error}");
        }
    }

    [Fact]
    public void A_master_key_is_loaded_by_its_path_and_every_error_names_it()
    {
        using TemporaryFolder folder = new();
        File.Copy(Corpus.PathOf("keys/master-private.pem"), folder["master.pem"]);
        File.WriteAllBytes(
            folder["key.blob"], GoldenStore.Ds1.Bytes("host/enc/2024-04-02T08:00:00Z/rsa-encrypted.key.blob"));
        using MasterKey master = KeyFileLoader.LoadMasterKey(folder["master.pem"]);
        KeyFileLoader.LoadEncrypted(folder["key.blob"], master).Dispose();
        Assert.Equal(
            folder["key.blob"], Assert.Throws<PbsFormatException>(() => KeyFileLoader.Load(folder["key.blob"])).File);
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => KeyFileLoader.Load(folder["master.pem"]));
        Assert.Contains("-MasterKeyFile", error.RecommendedAction!, StringComparison.Ordinal);
        Assert.Equal(
            folder["key.blob"],
            Assert.Throws<PbsFormatException>(() => KeyFileLoader.LoadMasterKey(folder["key.blob"])).File);
    }

    private static byte[] Encoded(string text, Encoding encoding) =>
        [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];

    private static byte[] Changed(byte[] bytes, Random random)
    {
        byte[] changed = [.. bytes];
        for (int i = random.Next(3); i >= 0; i--) changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
        return random.Next(8) == 0 ? changed[..random.Next(changed.Length)] : changed;
    }
}
