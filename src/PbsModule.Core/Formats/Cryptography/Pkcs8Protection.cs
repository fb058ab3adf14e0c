using System.Formats.Asn1;
using System.Security.Cryptography;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Checks the password protection of a PKCS#8 private key (RFC 5958, RFC 8018). The framework hashes the password as
/// often as the file states, up to two billion times, so the number must be checked first.
/// </summary>
internal static class Pkcs8Protection
{
    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";

    // The rules that the framework uses: the number checked here is the number used there.
    private const AsnEncodingRules Rules = AsnEncodingRules.BER;

    /// <param name="pem">One PEM block with the label ENCRYPTED PRIVATE KEY.</param>
    /// <exception cref="PbsFormatException">
    /// The block is damaged, or opening it would take too long or is not supported.
    /// </exception>
    public static void Check(ReadOnlySpan<char> pem)
    {
        PemFields fields = PemEncoding.Find(pem);
        byte[] encoded = Convert.FromBase64String(pem[fields.Base64Data].ToString());
        try
        {
            Check(encoded);
        }
        catch (AsnContentException e)
        {
            throw new PbsFormatException(PbsErrorId.MasterKeyInvalid, "the encrypted private key is damaged", inner: e);
        }
    }

    private static void Check(byte[] encoded)
    {
        AsnReader algorithm = new AsnReader(encoded, Rules).ReadSequence().ReadSequence();
        string scheme = algorithm.ReadObjectIdentifier();
        AsnReader parameters = algorithm.ReadSequence();
        if (scheme == Pbes2)
        {
            AsnReader derivation = parameters.ReadSequence();
            if (derivation.ReadObjectIdentifier() != Pbkdf2)
            {
                throw Refused("the password of the master key is derived by another way than PBKDF2");
            }

            parameters = derivation.ReadSequence();
        }

        // The older schemes also begin with salt and count.
        parameters.ReadOctetString();
        if (!parameters.TryReadInt64(out long count) || count is < 1 or > Pbkdf2Derivation.MostIterations)
        {
            throw Refused(
                "the file of the master key does not ask to hash its password "
                    + $"from 1 to {Pbkdf2Derivation.MostIterations} times");
        }
    }

    private static PbsFormatException Refused(string reason) =>
        new(PbsErrorId.MasterKeyInvalid, reason)
        {
            RecommendedAction = "If the key is yours, protect it anew: openssl pkcs8 -topk8 -in old.pem -out new.pem",
        };
}
