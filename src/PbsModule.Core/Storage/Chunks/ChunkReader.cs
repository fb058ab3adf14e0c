using System.Diagnostics;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// Reads chunks of one store and lets nothing pass that is not what its name promises: CRC, decryption, digest, length.
/// One for each worker; its buffers and its decompression context are used again for every chunk. Files are read in
/// pieces that stay in the processor's cache while they are checked, unpacked and hashed.
/// </summary>
public sealed class ChunkReader : IDisposable
{
    private const int PieceSize = 128 << 10;

    private readonly IRawChunks _chunks;
    private readonly ChunkDecoder _decoder;
    private readonly byte[] _piece = GC.AllocateUninitializedArray<byte>(PieceSize);

    private bool _retried;
    private bool _isEmpty;
    private long _waited;

    /// <param name="chunkFolder">Full path of the store's <c>.chunks</c>.</param>
    /// <param name="key">Opens encrypted chunks; the caller keeps it. Without one they can only be checked by their
    /// CRC.</param>
    /// <exception cref="PbsException">The folder cannot be opened, or libzstd is missing.</exception>
    public ChunkReader(string chunkFolder, CryptKey? key = null)
        : this(chunkFolder, key, SequentialFile.In)
    {
    }

    internal ChunkReader(string chunkFolder, CryptKey? key, Func<string, SequentialFile> files)
        : this(new FolderChunks(chunkFolder, files), key)
    {
    }

    /// <param name="chunks">The stored chunks; disposed of with this.</param>
    /// <param name="key">As for a chunk folder.</param>
    /// <exception cref="PbsException">libzstd is missing.</exception>
    internal ChunkReader(IRawChunks chunks, CryptKey? key)
    {
        _chunks = chunks;
        _decoder = new ChunkDecoder(key);
    }

    /// <summary>
    /// Checks a chunk without keeping it. An encrypted one is only checked by its CRC, as PBS does, unless there is a
    /// key. The caller compares the crypt mode with its index.
    /// </summary>
    /// <param name="digest">Its name.</param>
    /// <param name="length">The length its index gives it.</param>
    public ChunkCheck Check(in Digest digest, long length)
    {
        ChunkCheck? failure = Load(digest, keep: false, length);
        return (failure ?? Located(_decoder.Finish(digest, length, index: null), digest)) with { IsRetried = _retried };
    }

    /// <summary>Reads a chunk.</summary>
    /// <param name="digest">Its name.</param>
    /// <param name="length">The length its index gives it.</param>
    /// <param name="index">How the index is protected; a signed one refers to plain chunks.</param>
    /// <param name="data">The data, valid until the next call; empty when something is wrong.</param>
    public ChunkCheck TryRead(in Digest digest, long length, CryptMode index, out ReadOnlySpan<byte> data)
    {
        ChunkCheck check = Load(digest, keep: true, length)
            ?? Located(_decoder.Finish(digest, length, index == CryptMode.Encrypt
                ? CryptMode.Encrypt
                : CryptMode.None), digest);
        data = check.IsGood ? _decoder.Data : default;
        return check;
    }

    /// <inheritdoc cref="TryRead"/>
    /// <returns>The data, valid until the next call.</returns>
    /// <exception cref="PbsNotFoundException">There is no such chunk.</exception>
    /// <exception cref="PbsStorageException">The system could not read it, not even at the second attempt.</exception>
    /// <exception cref="PbsPermissionException">The system does not let us read it.</exception>
    /// <exception cref="PbsFormatException">It is damaged.</exception>
    /// <exception cref="PbsIntegrityException">It is whole, but not what its index promises; or the key is not the
    /// right one.</exception>
    public ReadOnlySpan<byte> Read(in Digest digest, long length, CryptMode index)
    {
        ChunkCheck check = TryRead(digest, length, index, out ReadOnlySpan<byte> data);
        return check.IsGood ? data : throw check.Error!;
    }

    /// <summary>
    /// Ticks of <see cref="Stopwatch"/> that went by up to now until the system had opened and read files.
    /// </summary>
    internal long Waited => _waited;

    public void Dispose()
    {
        _chunks.Dispose();
        _decoder.Dispose();
    }

    /// <summary>Feeds the chunk to the decoder; null on success.</summary>
    private ChunkCheck? Load(in Digest digest, bool keep, long length)
    {
        _isEmpty = false;
        OsErrorException? failure = Feed(digest, keep, length);

        // Disks, controllers and network mounts fail once and work again; a second attempt with fresh handles tells.
        _retried = failure is not null && !IsFinal(failure.Errno);
        if (_retried && _chunks.Renew() is null) failure = Feed(digest, keep, length);
        if (failure is null) return _isEmpty && _chunks.IsCache ? NotCached(digest, null) : null;
        return Failed(failure, digest);
    }

    private OsErrorException? Feed(in Digest digest, bool keep, long length)
    {
        long begin = Stopwatch.GetTimestamp();
        OsErrorException? failure = _chunks.Open(digest);
        if (failure is not null) return failure;
        failure = _chunks.Read(_piece, out int read);
        _waited += Stopwatch.GetTimestamp() - begin;
        _isEmpty = failure is null && read == 0;
        if (failure is null) _decoder.Start(_piece.AsSpan(0, read), keep, length);
        while (failure is null && read == PieceSize && _decoder.WantsMore)
        {
            begin = Stopwatch.GetTimestamp();
            failure = _chunks.Read(_piece, out read);
            _waited += Stopwatch.GetTimestamp() - begin;
            if (failure is null) _decoder.Append(_piece.AsSpan(0, read));
        }

        _chunks.Close();
        return failure;
    }

    /// <summary>Answers a second attempt would not change.</summary>
    internal static bool IsFinal(int error) =>
        error is OsError.ENOENT
            or OsError.ENOTDIR
            or OsError.EACCES
            or OsError.EPERM
            or OsError.ELOOP
            or OsError.EISDIR;

    private ChunkCheck NotCached(in Digest digest, OsErrorException? cause) => new(
        ChunkFault.Missing,
        CryptMode.None,
        0,
        0,
        new PbsNotFoundException(
            PbsErrorId.ChunkNotCached,
            $"chunk '{digest}' is not in the local cache, only in the S3 bucket",
            _chunks.PathOf(digest),
            cause));

    private ChunkCheck Failed(OsErrorException cause, in Digest digest)
    {
        string path = _chunks.PathOf(digest), what = $"unable to load chunk '{digest}'";
        if (cause.Errno == OsError.ENOENT && _chunks.IsCache) return NotCached(digest, cause);
        return cause.Errno is OsError.ENOENT or OsError.ENOTDIR
            ? new ChunkCheck(
                ChunkFault.Missing,
                CryptMode.None,
                0,
                0,
                new PbsNotFoundException(PbsErrorId.ChunkMissing, $"{what} - {cause.Message}", path, cause))
            : new ChunkCheck(
                ChunkFault.Unreadable,
                CryptMode.None,
                0,
                0,
                cause.As(PbsErrorId.ChunkUnreadable, what, path));
    }

    private ChunkCheck Located(ChunkCheck check, in Digest digest) =>
        check.Error is PbsFormatException error ? check with { Error = error.In(_chunks.PathOf(digest)) } : check;
}
