using System.Buffers.Binary;
using System.Security.Cryptography;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Store;

/// <summary>
/// The chunks of a written store, by number: each snapshot changes one chunk of an image that all groups started from, so
/// 10,000 snapshots refer to about 10,500 chunks five million times.
/// </summary>
internal sealed class ChunkPool(string folder, bool withData) : IDisposable
{
    // About half of a chunk compresses away, as it does in real stores.
    private const int RandomPart = StorePlan.ChunkSize * 53 / 100;

    private readonly List<Digest> _digests = [];
    private readonly byte[] _data = new byte[StorePlan.ChunkSize];
    private readonly byte[] _blob = new byte[StorePlan.ChunkSize + BlobHeader.PlainSize];
    private readonly ZstdEncoder _zstd = new();

    public int Count => _digests.Count;

    public Digest this[int number] => _digests[number];

    /// <summary>Makes the next chunk; its number is <see cref="Count"/> before the call.</summary>
    public void Add()
    {
        if (!withData)
        {
            Span<byte> number = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(number, _digests.Count);
            _digests.Add(new Digest(SHA256.HashData(number)));
            return;
        }

        new Random(_digests.Count).NextBytes(_data.AsSpan(0, RandomPart));
        Digest digest = Digest.Of(_data);
        string prefix = Path.Combine(folder, digest.ToString()[..4]);
        Directory.CreateDirectory(prefix);
        using FileStream file = File.Create(Path.Combine(prefix, digest.ToString()));
        file.Write(_blob.AsSpan(0, DataBlob.Encode(_data, _zstd, _blob)));
        _digests.Add(digest);
    }

    public void Dispose() => _zstd.Dispose();
}
