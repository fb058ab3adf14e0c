using System.Formats.Asn1;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Tests;

/// <summary>Master keys whose password would be hashed for hours, or in a way that nothing here computes.</summary>
public sealed class Pkcs8ProtectionTests : IDisposable
{
    private const string Password = "geheim";
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";
    private const string ShaAnd3Des = "1.2.840.113549.1.12.1.3";
    private const string Scrypt = "1.3.6.1.4.1.11591.4.11";

    private readonly RSA _rsa = RSA.Create(2048);

    public void Dispose() => _rsa.Dispose();

    public static TheoryData<string> Endless => ["2147483647", "10000001", "99999999999999999999", "0", "-1"];

    [Theory]
    [MemberData(nameof(Endless))]
    public void A_count_that_would_take_too_long_is_refused_before_it_is_used(string count)
    {
        foreach (string scheme in new[] { Pbes2, ShaAnd3Des })
        {
            byte[] encoded = Protected(scheme, Pbkdf2, System.Numerics.BigInteger.Parse(count));
            PbsFormatException error = Assert.Throws<PbsFormatException>(() => Parse(encoded));
            Assert.Equal(PbsErrorId.MasterKeyInvalid, error.ErrorId);
            Assert.Contains("10000000 times", error.Reason, StringComparison.Ordinal);
            Assert.NotNull(error.RecommendedAction);
        }
    }

    [Fact]
    public void A_derivation_that_cannot_be_computed_is_no_wrong_password()
    {
        PbsFormatException error = Assert.Throws<PbsFormatException>(() => Parse(Protected(Pbes2, Scrypt, 16384)));
        Assert.Equal(PbsErrorId.MasterKeyInvalid, error.ErrorId);
        Assert.Contains("PBKDF2", error.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_framework_writes_is_opened_in_each_scheme()
    {
        PbeParameters[] schemes =
        [
            new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA512, 100_000),
            new(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA1, 1),
            new(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1, 2048),
        ];
        foreach (PbeParameters scheme in schemes)
        {
            byte[] encoded = _rsa.ExportEncryptedPkcs8PrivateKey(Password, scheme);
            Parse(encoded);
        }
    }

    [Fact]
    public void Mutated_keys_are_opened_or_refused()
    {
        byte[] good = _rsa.ExportEncryptedPkcs8PrivateKey(
            Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1));
        var random = new Random(MutationFuzz.Seed);
        for (int i = 0; i < 2000; i++)
        {
            byte[] changed = [.. good];

            // The head, in which the scheme stands; the count among it, whose highest values are refused unused.
            changed[random.Next(80)] ^= (byte)(1 << random.Next(8));
            if (random.Next(8) == 0) changed = changed[..random.Next(changed.Length)];
            Exception? error = Record.Exception(() => Parse(changed));
            Assert.True(error is null or PbsException, $"PBS_FUZZ_SEED={MutationFuzz.Seed}: {error}");
        }
    }

    private static void Parse(byte[] encoded) =>
        MasterKey.Parse(
            System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", encoded)),
            Password).Dispose();

    /// <summary>A key that names a way of protection; nothing has been encrypted by it.</summary>
    private static byte[] Protected(string scheme, string derivation, System.Numerics.BigInteger count)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(scheme);
                if (scheme == Pbes2) WritePbes2(writer, derivation, count);
                else WriteSaltAndCount(writer, count);
            }

            writer.WriteOctetString(new byte[64]);
        }

        return writer.Encode();
    }

    private static void WritePbes2(AsnWriter writer, string derivation, System.Numerics.BigInteger count)
    {
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(derivation);
                WriteSaltAndCount(writer, count);
            }

            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("2.16.840.1.101.3.4.1.42");
                writer.WriteOctetString(new byte[16]);
            }
        }
    }

    private static void WriteSaltAndCount(AsnWriter writer, System.Numerics.BigInteger count)
    {
        using (writer.PushSequence())
        {
            writer.WriteOctetString(new byte[8]);
            writer.WriteInteger(count);
        }
    }
}
