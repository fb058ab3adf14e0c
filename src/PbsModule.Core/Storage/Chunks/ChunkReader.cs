using System.Diagnostics;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// Reads chunks of one store and lets nothing pass that is not what its name promises: CRC, decryption, digest, length.
/// One for each worker; its buffers and its decompression context are used again for every chunk. Files are read in
/// pieces that stay in the processor's cache while they are checked, unpacked and hashed.
/// </summary>
public sealed class ChunkReader : IDisposable
{
    private const int PieceSize = 128 << 10;
    private const int PrefixLength = 4;

    private readonly string _folder;
    private readonly SequentialFile _file;
    private readonly ChunkDecoder _decoder;
    private readonly byte[] _piece = GC.AllocateUninitializedArray<byte>(PieceSize);

    private bool _retried;
    private long _waited;

    // "xxxx/" and the digest.
    private readonly byte[] _name = new byte[PrefixLength + 1 + Digest.TextLength];

    /// <param name="chunkFolder">Full path of the store's <c>.chunks</c>.</param>
    /// <param name="key">Opens encrypted chunks; the caller keeps it. Without one they can only be checked by their
    /// CRC.</param>
    /// <exception cref="PbsException">The folder cannot be opened, or libzstd is missing.</exception>
    public ChunkReader(string chunkFolder, CryptKey? key = null)
        : this(chunkFolder, key, SequentialFile.In)
    {
    }

    internal ChunkReader(string chunkFolder, CryptKey? key, Func<string, SequentialFile> files)
    {
        _folder = chunkFolder;
        _file = Open(chunkFolder, files);
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
        _file.Dispose();
        _decoder.Dispose();
    }

    private static SequentialFile Open(string folder, Func<string, SequentialFile> files)
    {
        try
        {
            return files(folder);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.DatastoreUnavailable, $"unable to open chunk store at '{folder}'", folder);
        }
    }

    /// <summary>Feeds the file to the decoder; null on success.</summary>
    private ChunkCheck? Load(in Digest digest, bool keep, long length)
    {
        WriteName(digest);
        int error = Feed(keep, length);

        // Disks, controllers and network mounts fail once and work again; a second attempt with fresh handles tells.
        _retried = error != 0 && !IsFinal(error);
        if (_retried && _file.Renew() == 0) error = Feed(keep, length);
        return error == 0 ? null : Failed(error, digest);
    }

    private int Feed(bool keep, long length)
    {
        long begin = Stopwatch.GetTimestamp();
        int error = _file.Open(_name);
        if (error != 0) return error;
        error = _file.Read(_piece, out int read);
        _waited += Stopwatch.GetTimestamp() - begin;
        if (error == 0) _decoder.Start(_piece.AsSpan(0, read), keep, length);
        while (error == 0 && read == PieceSize && _decoder.WantsMore)
        {
            begin = Stopwatch.GetTimestamp();
            error = _file.Read(_piece, out read);
            _waited += Stopwatch.GetTimestamp() - begin;
            if (error == 0) _decoder.Append(_piece.AsSpan(0, read));
        }

        _file.Close();
        return error;
    }

    /// <summary>Answers a second attempt would not change.</summary>
    internal static bool IsFinal(int error) =>
        error is OsError.ENOENT
            or OsError.ENOTDIR
            or OsError.EACCES
            or OsError.EPERM
            or OsError.ELOOP
            or OsError.EISDIR;

    private ChunkCheck Failed(int error, in Digest digest)
    {
        string path = PathOf(digest), what = $"unable to load chunk '{digest}'";
        OsErrorException cause = new(error, path);
        return error is OsError.ENOENT or OsError.ENOTDIR
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
        check.Error is PbsFormatException error ? check with { Error = error.In(PathOf(digest)) } : check;

    private void WriteName(in Digest digest)
    {
        digest.TryFormat(_name.AsSpan(PrefixLength + 1), out _);
        _name.AsSpan(PrefixLength + 1, PrefixLength).CopyTo(_name);
        _name[PrefixLength] = (byte)'/';
    }

    private string PathOf(in Digest digest)
    {
        string text = digest.ToString();
        return Path.Combine(_folder, text[..PrefixLength], text);
    }
}
