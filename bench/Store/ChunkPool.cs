using System.Buffers.Binary;
using System.Security.Cryptography;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Store;

/// <summary>
/// The chunks of a written store, by number. Each snapshot changes one chunk of an image that is the same for all
/// groups at first, so that 10,000 snapshots reference about 10,500 chunks five million times.
/// </summary>
internal sealed class ChunkPool(string folder, bool withData, int chunkSize = StorePlan.ChunkSize) : IDisposable
{
    private readonly List<Digest> _digests = [];
    private readonly byte[] _data = new byte[chunkSize];
    private readonly byte[] _blob = new byte[chunkSize + BlobHeader.PlainSize];
    private readonly ZstdEncoder _zstd = new();

    public int Count => _digests.Count;

    /// <summary>Size of the written chunks in bytes.</summary>
    public long EncodedBytes { get; private set; }

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

        SampleData.Fill(_data, _digests.Count);
        Digest digest = Digest.Of(_data);
        string path = PathOf(folder, digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using FileStream file = File.Create(path);
        int length = DataBlob.Encode(_data, _zstd, _blob);
        file.Write(_blob.AsSpan(0, length));
        EncodedBytes += length;
        _digests.Add(digest);
    }

    /// <summary>Returns the path of a chunk below the chunk folder.</summary>
    public static string PathOf(string folder, in Digest digest)
    {
        string name = digest.ToString();
        return Path.Combine(folder, name[..4], name);
    }

    public void Dispose() => _zstd.Dispose();
}
