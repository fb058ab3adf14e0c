namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// What third-party libraries do for the engine. PbsModule.Codecs implements it in a load context of its own, so that
/// no type of a library is seen here and no other module's version of a library clashes with ours.
/// </summary>
internal interface ILibraries
{
    /// <summary>A Zstandard decoder of managed code.</summary>
    IZstdDecoder CreateZstdDecoder();

    /// <summary>A Zstandard encoder of managed code.</summary>
    IZstdEncoder CreateZstdEncoder();

    /// <summary>An AES-256-GCM cipher of managed code.</summary>
    /// <param name="key">32 bytes; copied, the caller clears its own.</param>
    IAesGcm CreateAesGcm(ReadOnlySpan<byte> key);

    /// <summary>Derives a key by scrypt (RFC 7914).</summary>
    /// <param name="password">Any bytes.</param>
    /// <param name="salt">Any bytes.</param>
    /// <param name="parameters">Bounded by the caller: they decide how much memory and time it takes.</param>
    /// <param name="derived">Filled to its length.</param>
    /// <exception cref="OutOfMemoryException">The memory is not available.</exception>
    void DeriveScrypt(
        ReadOnlySpan<byte> password,
        ReadOnlySpan<byte> salt,
        ScryptParameters parameters,
        Span<byte> derived);
}

/// <summary>The parameters of scrypt.</summary>
/// <param name="N">Cost: a power of two.</param>
/// <param name="R">Block size in units of 128 bytes.</param>
/// <param name="P">How many times the work is done.</param>
internal readonly record struct ScryptParameters(int N, int R, int P);
