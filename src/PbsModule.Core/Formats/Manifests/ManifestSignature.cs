using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// Checks and creates the signature of a manifest: an HMAC with the key of the backup. It covers everything except the
/// unprotected members, so notes, verify state and the recorded fingerprint prove nothing. Source: pbs-datastore
/// <c>manifest.rs</c>.
/// </summary>
public static class ManifestSignature
{
    /// <summary>
    /// Checks by the recorded fingerprint that a key is the one that the backup used. Call it before the key is used to
    /// read data. A backup without a fingerprint accepts any key and no key.
    /// </summary>
    /// <exception cref="PbsArgumentException">A key is needed and none was given.</exception>
    /// <exception cref="PbsIntegrityException">The key is a different one.</exception>
    public static void CheckKey(Manifest manifest, CryptKey? key)
    {
        if (manifest.KeyFingerprint is not { } recorded || recorded == key?.Fingerprint) return;
        throw key is null
            ? new PbsArgumentException(
                PbsErrorId.KeyRequired,
                $"missing key - manifest was created with key {recorded.ShortText}",
                recorded.ToString())
            : OtherKey(recorded, key);
    }

    /// <summary>Creates the error for a key that is not the recorded one.</summary>
    public static PbsIntegrityException OtherKey(KeyFingerprint recorded, CryptKey key) =>
        new(
            PbsErrorId.KeyMismatch,
            $"wrong key - manifest's key {recorded.ShortText} does not match provided key {key.Fingerprint.ShortText}",
            recorded.ToString());

    /// <summary>Checks the signature of a manifest as it was stored in its file.</summary>
    /// <returns>
    /// True if the signature is right. False if the manifest is not signed, which is accepted, as in PBS.
    /// </returns>
    /// <exception cref="PbsIntegrityException">
    /// The manifest was signed with a different key, or changed after it was signed.
    /// </exception>
    /// <exception cref="PbsFormatException">
    /// The recorded fingerprint cannot be read, or the manifest contains values that cannot be signed.
    /// </exception>
    public static bool Verify(Manifest manifest, CryptKey key)
    {
        if (manifest.Signature is null) return false;
        if (manifest.KeyFingerprintProblem is { } problem)
        {
            throw new PbsFormatException(PbsErrorId.ManifestInvalid, problem);
        }

        string expected = Compute(manifest, key);
        if (manifest.KeyFingerprint is { } recorded && recorded != key.Fingerprint)
        {
            throw new PbsIntegrityException(
                PbsErrorId.KeyMismatch,
                $"wrong key - unable to verify signature since manifest's key {recorded.ShortText} does not match "
                    + $"provided key {key.Fingerprint.ShortText}",
                recorded.ToString());
        }

        if (CryptographicOperations.FixedTimeEquals(
            MemoryMarshal.AsBytes(expected.AsSpan()),
            MemoryMarshal.AsBytes(manifest.Signature.AsSpan())))
        {
            return true;
        }

        throw new PbsIntegrityException(PbsErrorId.ManifestSignatureWrong, "wrong signature in manifest");
    }

    /// <summary>Returns the manifest that a backup with this key writes: with the fingerprint, and signed.</summary>
    /// <exception cref="PbsFormatException">The unprotected member is not an object.</exception>
    public static Manifest Sign(Manifest manifest, CryptKey key)
    {
        Manifest recorded = manifest.WithKeyFingerprint(key.Fingerprint);
        return recorded.WithSignature(Compute(recorded, key));
    }

    private static string Compute(Manifest manifest, CryptKey key)
    {
        Span<byte> tag = stackalloc byte[CryptKey.TagSize];
        key.ComputeTag(manifest.GetSignedBytes(), tag);
        return Convert.ToHexStringLower(tag);
    }
}
