namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Provides the functions of third-party libraries to the engine. PbsModule.Codecs implements it in its own load
/// context, so that no type of a library is visible here and no version conflicts with another module's libraries.
/// </summary>
internal interface ILibraries
{
    /// <summary>Creates a Zstandard decoder that is managed code.</summary>
    IZstdDecoder CreateZstdDecoder();

    /// <summary>Creates a Zstandard encoder that is managed code.</summary>
    IZstdEncoder CreateZstdEncoder();

    /// <summary>Creates an AES-256-GCM cipher that is managed code.</summary>
    /// <param name="key">The key, 32 bytes. The cipher copies it. The caller clears its own copy.</param>
    IAesGcm CreateAesGcm(ReadOnlySpan<byte> key);

    /// <summary>Derives a key with scrypt (RFC 7914).</summary>
    /// <param name="password">The password, any bytes.</param>
    /// <param name="salt">The salt, any bytes.</param>
    /// <param name="parameters">
    /// The parameters. They decide the memory and time that the call needs, so the caller limits them.
    /// </param>
    /// <param name="derived">Receives the key and is filled completely.</param>
    /// <exception cref="OutOfMemoryException">The required memory is not available.</exception>
    void DeriveScrypt(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ScryptParameters parameters,
        Span<byte> derived);
}

/// <summary>The parameters of scrypt.</summary>
/// <param name="N">The cost, a power of two.</param>
/// <param name="R">The block size in units of 128 bytes.</param>
/// <param name="P">The parallelization, which multiplies the work.</param>
internal readonly record struct ScryptParameters(int N, int R, int P);
