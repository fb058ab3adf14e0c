using System.Buffers;
using System.Security.Cryptography;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// One chunk that arrives in pieces: CRC, unpacking and SHA-256 on each piece while it is in the cache. An encrypted
/// chunk is collected first where there is a key, because nothing of it may be unpacked before its tag is right. What
/// goes wrong inside is kept back until the CRC is known: a wrong CRC explains everything after it.
/// </summary>
internal sealed class ChunkDecoder(CryptKey? key) : IDisposable
{
    private const int StepSize = 128 << 10;

    private readonly ZstdDecoder _zstd = new();
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _step = GC.AllocateUninitializedArray<byte>(StepSize);

    // From the shared pool. The encrypted file with its header, until it is whole; the data, unless it is only checked.
    private byte[] _sealed = [];
    private byte[] _data = [];

    private BlobHeader _header;
    private Crc32 _crc;
    private bool _hashing;
    private bool _keep;
    private int _expected;
    private int _sealedLength;
    private int _decoded;
    private long _encoded;
    private bool _dataIsSealed;
    private PbsFormatException? _damage;
    private PbsFormatException? _fault;

    /// <summary>False when nothing that follows can change the result.</summary>
    public bool WantsMore => _damage is null;

    /// <summary>The data of a chunk that was kept and found good; valid until the next one.</summary>
    public ReadOnlySpan<byte> Data =>
        _dataIsSealed ? _sealed.AsSpan(BlobHeader.EncryptedSize, _decoded) : _data.AsSpan(0, _decoded);

    /// <summary>Begins a chunk; whatever was under way is forgotten.</summary>
    /// <param name="piece">The first piece; the whole file where it is no longer than a header.</param>
    /// <param name="keep">Keep the data for <see cref="Data"/>.</param>
    /// <param name="expected">The length its index gives it, so that there is room at once.</param>
    public void Start(ReadOnlySpan<byte> piece, bool keep, long expected)
    {
        Reset();
        _keep = keep;
        _expected = (int)Math.Clamp(expected, StepSize, DataBlob.MaxChunkSize);
        try
        {
            _header = BlobHeader.Parse(piece);
        }
        catch (PbsFormatException e)
        {
            _encoded = piece.Length;
            _damage = e;
            return;
        }

        _encoded = _header.Size;
        if (_header.IsEncrypted) Collect(piece[.._header.Size]);
        else if (_header.IsCompressed) _zstd.Start();
        Append(piece[_header.Size..]);
    }

    /// <summary>Takes the next piece.</summary>
    public void Append(ReadOnlySpan<byte> piece)
    {
        _encoded += piece.Length;
        if (_encoded > DataBlob.MaxEncodedChunkSize)
        {
            _damage = new PbsFormatException(
                PbsErrorId.BlobTooLarge,
                $"the file of a chunk is larger than {DataBlob.MaxEncodedChunkSize} bytes");
            return;
        }

        _crc.Append(piece);
        if (_header.IsEncrypted)
        {
            Collect(piece);
            return;
        }

        if (_fault is not null) return;
        try
        {
            if (_header.IsCompressed) Unpack(piece);
            else TakePlain(piece);
        }
        catch (PbsFormatException e)
        {
            _fault = e;
        }
    }

    /// <summary>Ends the chunk and judges it.</summary>
    /// <param name="expected">Its name.</param>
    /// <param name="length">The length its index gives it.</param>
    /// <param name="index">
    /// None or Encrypt where the chunk is read for an index of that mode; null where it is only checked, and an
    /// encrypted one passes without a key.
    /// </param>
    public ChunkCheck Finish(in Digest expected, long length, CryptMode? index)
    {
        try
        {
            if (_damage is not null) throw _damage;
            _header.CheckCrc(_crc.Value);
        }
        catch (PbsFormatException e)
        {
            return Result(ChunkFault.Damaged, e);
        }

        if (index is not null && index != _header.CryptMode)
        {
            return Result(
                ChunkFault.CryptMode,
                new PbsIntegrityException(
                    PbsErrorId.ChunkCryptModeMismatch,
                    "Index and chunk CryptMode don't match.",
                    expected.ToString()));
        }

        if (_header.IsEncrypted && key is null)
        {
            return index is null ? Result(ChunkFault.None, null) : Result(ChunkFault.Key, EncryptedBlob.NoKey());
        }

        try
        {
            Digest actual = _header.IsEncrypted ? Open() : Seal();
            if (index is not null && actual == expected && _decoded != length)
            {
                throw new PbsIntegrityException(
                    PbsErrorId.ChunkLengthMismatch,
                    $"read chunk with wrong size ({_decoded} != {length})",
                    expected.ToString());
            }

            DataBlob.CheckChunk(actual, _decoded, expected, length);
            return Result(ChunkFault.None, null);
        }
        catch (PbsException e) when (e is PbsFormatException or PbsIntegrityException)
        {
            return Result(e.ErrorId is PbsErrorId.BlobEncrypted or PbsErrorId.BlobAuthenticationFailed
                ? ChunkFault.Key
                : ChunkFault.Content, e);
        }
    }

    public void Dispose()
    {
        _zstd.Dispose();
        _sha256.Dispose();
        if (_sealed.Length > 0) ArrayPool<byte>.Shared.Return(_sealed);
        if (_data.Length > 0) ArrayPool<byte>.Shared.Return(_data);
        _sealed = _data = [];
    }

    private void Reset()
    {
        Span<byte> discarded = stackalloc byte[SHA256.HashSizeInBytes];
        if (_hashing) _sha256.GetHashAndReset(discarded);
        _hashing = _dataIsSealed = false;
        _crc = default;
        _encoded = _sealedLength = _decoded = 0;
        _damage = _fault = null;
    }

    private void Collect(ReadOnlySpan<byte> piece)
    {
        if (key is null) return;
        Reserve(ref _sealed, _sealedLength, piece.Length);
        piece.CopyTo(_sealed.AsSpan(_sealedLength));
        _sealedLength += piece.Length;
    }

    private void Unpack(ReadOnlySpan<byte> piece)
    {
        while (true)
        {
            Span<byte> room = _keep ? Room(StepSize) : _step;
            _zstd.Push(piece, room, out int consumed, out int written);
            Take(room[..written]);
            piece = piece[consumed..];
            if (piece.IsEmpty && written < room.Length) return;
        }
    }

    private void TakePlain(ReadOnlySpan<byte> piece)
    {
        if (_keep) piece.CopyTo(Room(piece.Length));
        Take(piece);
    }

    private void Take(ReadOnlySpan<byte> data)
    {
        if (data.Length > DataBlob.MaxChunkSize - _decoded)
        {
            throw new PbsFormatException(
                PbsErrorId.BlobTooLarge,
                $"a chunk holds more than {DataBlob.MaxChunkSize} bytes");
        }

        _sha256.AppendData(data);
        _hashing = true;
        _decoded += data.Length;
    }

    /// <summary>The digest of what came in pieces.</summary>
    private Digest Seal()
    {
        if (_fault is not null) throw _fault;
        if (_header.IsCompressed) _zstd.Finish();
        _hashing = false;
        return Digest.TakeFrom(_sha256);
    }

    /// <summary>Decrypts and unpacks what was collected; its digest under the key.</summary>
    private Digest Open()
    {
        Span<byte> payload = EncryptedBlob.Decrypt(_sealed.AsSpan(0, _sealedLength), _header, key);
        if (_header.IsCompressed) Reserve(ref _data, 0, _expected);
        ReadOnlySpan<byte> data =
            DataBlob.DecodePayload(_header.IsCompressed, payload, _zstd, ref _data, DataBlob.MaxChunkSize);
        _dataIsSealed = !_header.IsCompressed;
        _decoded = data.Length;
        return key!.ComputeDigest(data, _sha256);
    }

    private ChunkCheck Result(ChunkFault fault, PbsException? error) =>
        new(fault, _damage is null ? _header.CryptMode : CryptMode.None, _encoded, _decoded, error);

    /// <summary>Where the next bytes of kept data go.</summary>
    private Span<byte> Room(int length)
    {
        // One step more than expected: the end of a frame is only known after there was room left.
        Reserve(ref _data, _decoded, _decoded == 0 ? _expected + StepSize : length);
        return _data.AsSpan(_decoded, length);
    }

    private static void Reserve(ref byte[] buffer, int used, int more)
    {
        if (buffer.Length - used >= more) return;
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, used + more));
        buffer.AsSpan(0, used).CopyTo(larger);
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
