using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Bench.Scenarios;

/// <summary>The bare work on compressed chunks: no checks but the digest, no errors, no other chunk types.</summary>
internal sealed class BareChunks(string[] paths, Digest[] digests, int chunkSize) : IDisposable
{
    private const int PieceSize = 128 << 10;

    private readonly ZstdDecoder _zstd = new();
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _raw = new byte[chunkSize + BlobHeader.PlainSize];
    private readonly byte[] _data = new byte[chunkSize];
    private readonly byte[] _step = new byte[PieceSize];

    /// <summary>Runs each step over the whole chunk.</summary>
    public void Whole()
    {
        for (int i = 0; i < paths.Length; i++)
        {
            using SafeFileHandle file = File.OpenHandle(paths[i]);
            int length = RandomAccess.Read(file, _raw, 0);
            BlobHeader header = BlobHeader.Parse(_raw.AsSpan(0, length));
            ReadOnlySpan<byte> payload = _raw.AsSpan(header.Size, length - header.Size);
            header.CheckCrc(Crc32.Compute(payload));
            Demand(i, Digest.Of(_data.AsSpan(0, _zstd.Decode(payload, _data))));
        }
    }

    /// <summary>Runs all steps over a piece, then over the next piece.</summary>
    public void InPieces()
    {
        for (int i = 0; i < paths.Length; i++)
        {
            using SafeFileHandle file = File.OpenHandle(paths[i]);
            int length = RandomAccess.Read(file, _raw.AsSpan(0, PieceSize), 0);
            BlobHeader header = BlobHeader.Parse(_raw.AsSpan(0, length));
            Crc32 crc = default;
            _zstd.Start();
            ReadOnlySpan<byte> piece = _raw.AsSpan(header.Size, length - header.Size);
            long at = length;
            while (!piece.IsEmpty)
            {
                crc.Append(piece);
                Unpack(piece);
                length = RandomAccess.Read(file, _raw.AsSpan(0, PieceSize), at);
                piece = _raw.AsSpan(0, length);
                at += length;
            }

            header.CheckCrc(crc.Value);
            Demand(i, Digest.TakeFrom(_sha256));
        }
    }

    public void Dispose()
    {
        _zstd.Dispose();
        _sha256.Dispose();
    }

    private void Unpack(ReadOnlySpan<byte> piece)
    {
        int written;
        do
        {
            _zstd.Push(piece, _step, out int consumed, out written);
            _sha256.AppendData(_step, 0, written);
            piece = piece[consumed..];
        }
        while (!piece.IsEmpty || written == _step.Length);
    }

    private void Demand(int chunk, in Digest digest)
    {
        if (digest != digests[chunk]) throw new InvalidDataException("the digest is wrong");
    }
}
