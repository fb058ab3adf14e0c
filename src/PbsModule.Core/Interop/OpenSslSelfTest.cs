using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop;

/// <summary>
/// Runs a known-answer test of AES-256-GCM with an IV and a tag of 16 bytes. A library that is restricted (FIPS), too
/// old, or a different one with the same name must not be used.
/// </summary>
internal static class OpenSslSelfTest
{
    private static ReadOnlySpan<byte> Plaintext => "The quick brown fox jumps over the lazy dog"u8;

    private static ReadOnlySpan<byte> Ciphertext =>
    [
        0x7e, 0xcb, 0x46, 0x9c, 0x69, 0xb8, 0xa4, 0x15, 0xa8, 0xbe, 0x7d, 0xc3, 0x82, 0x63, 0xe3, 0xb0,
        0xe4, 0x2a, 0x3b, 0x59, 0x14, 0x41, 0x3c, 0xdc, 0x8e, 0x32, 0x05, 0xc0, 0x7c, 0x47, 0x06, 0xf3,
        0x64, 0xf4, 0xc6, 0x0f, 0xf4, 0xa9, 0xc6, 0x9d, 0x8a, 0x66, 0x57,
    ];

    private static ReadOnlySpan<byte> Tag =>
        [0x6c, 0x15, 0xf1, 0x3b, 0xff, 0x9f, 0x5f, 0x7f, 0xce, 0x5e, 0x27, 0x50, 0xfe, 0x58, 0x44, 0xac];

    /// <summary>Whether the library returns the known answers.</summary>
    public static bool Passes()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        byte[] iv = [.. Enumerable.Range(0xa0, 16).Select(i => (byte)i)];
        byte[] output = new byte[Plaintext.Length], tag = new byte[Tag.Length];
        try
        {
            using OpenSslAesGcm cipher = new(key);
            cipher.Encrypt(iv, Plaintext, output, tag);
            if (!output.AsSpan().SequenceEqual(Ciphertext) || !tag.AsSpan().SequenceEqual(Tag)) return false;
            if (!cipher.TryDecrypt(iv, output, tag, output) || !output.AsSpan().SequenceEqual(Plaintext)) return false;
            tag[^1] ^= 1;
            return !cipher.TryDecrypt(iv, Ciphertext, tag, output);
        }
        catch (Exception e) when (e is PbsException or EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }
}
