using System.Security.Cryptography;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// The limit of a verification: decodes and hashes chunks in memory and computes their CRC on several threads, piece by
/// piece for the caches. Reads, looks up and reports nothing.
/// </summary>
internal sealed class MemoryChunks
{
    private const int PieceSize = 128 << 10;

    private readonly byte[][] _blobs;
    private readonly Digest[] _digests;

    /// <param name="paths">Paths of the chunk files.</param>
    public MemoryChunks(IEnumerable<string> paths)
    {
        string[] all = [.. paths];
        _blobs = Array.ConvertAll(all, File.ReadAllBytes);
        _digests = Array.ConvertAll(all, path => Digest.Parse(Path.GetFileName(path)));
    }

    public int Count => _blobs.Length;

    /// <summary>Size of the files in bytes.</summary>
    public long EncodedBytes => _blobs.Sum(blob => (long)blob.Length);

    /// <summary>Processes all chunks a number of times.</summary>
    public void Run(int threads, int times)
    {
        int next = -1, count = _blobs.Length * times;
        Thread[] workers = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() => Work(() => Interlocked.Increment(ref next), count)))];
        foreach (Thread worker in workers) worker.Start();
        foreach (Thread worker in workers) worker.Join();
    }

    private void Work(Func<int> take, int count)
    {
        using var zstd = new ZstdDecoder();
        using IncrementalHash sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] step = new byte[PieceSize];
        for (int i = take(); i < count; i = take()) Check(_blobs[i % _blobs.Length], _digests[i % _blobs.Length], zstd, sha256, step);
    }

    private static void Check(byte[] blob, in Digest expected, ZstdDecoder zstd, IncrementalHash sha256, byte[] step)
    {
        BlobHeader header = BlobHeader.Parse(blob);
        Crc32 crc = default;
        zstd.Start();
        for (int at = header.Size; at < blob.Length; at += PieceSize)
        {
            ReadOnlySpan<byte> piece = blob.AsSpan(at, Math.Min(PieceSize, blob.Length - at));
            crc.Append(piece);
            int written;
            do
            {
                zstd.Push(piece, step, out int consumed, out written);
                sha256.AppendData(step.AsSpan(0, written));
                piece = piece[consumed..];
            }
            while (!piece.IsEmpty || written == step.Length);
        }

        header.CheckCrc(crc.Value);
        if (Digest.TakeFrom(sha256) != expected) throw new InvalidDataException("a chunk is not what it was");
    }
}
