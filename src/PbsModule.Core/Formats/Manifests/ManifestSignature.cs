using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Formats.Manifests;

/// <summary>
/// Who made a manifest: its HMAC under the key of the backup. It covers everything but the unprotected members, so
/// notes, verify state and the recorded fingerprint are no evidence. Source: pbs-datastore <c>manifest.rs</c>.
/// </summary>
public static class ManifestSignature
{
    /// <summary>
    /// Whether a key at hand is the one the backup was made with, by the recorded fingerprint; asked before anything is
    /// read with it. A backup without fingerprint is content with any key and with none.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no key, and one is needed.</exception>
    /// <exception cref="PbsIntegrityException">It is another key.</exception>
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

    /// <summary>The refusal of a key that is not the recorded one.</summary>
    public static PbsIntegrityException OtherKey(KeyFingerprint recorded, CryptKey key) =>
        new(
            PbsErrorId.KeyMismatch,
            $"wrong key - manifest's key {recorded.ShortText} does not match provided key {key.Fingerprint.ShortText}",
            recorded.ToString());

    /// <summary>Checks the signature of a manifest as it stood in its file.</summary>
    /// <returns>False for a manifest that is not signed, which is accepted as PBS accepts it; true when the signature
    /// is right.</returns>
    /// <exception cref="PbsIntegrityException">Signed with another key, or changed since.</exception>
    /// <exception cref="PbsFormatException">The recorded fingerprint cannot be read, or the manifest holds what cannot
    /// be signed.</exception>
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
                $"wrong key - unable to verify signature since manifest's key {recorded.ShortText} does not match provided key {key.Fingerprint.ShortText}",
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

    /// <summary>The manifest as a backup with this key writes it: fingerprint recorded, then signed.</summary>
    /// <exception cref="PbsFormatException">The unprotected member is no object.</exception>
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
