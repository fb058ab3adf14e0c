using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Tests;

/// <summary>A chunk store for one test: chunks are put into it as they are, whatever their name promises.</summary>
internal sealed class ChunkFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("pbs-chunks-").FullName;

    public string PathOf(in Digest digest) => Path.Combine(Root, digest.ToString()[..4], digest.ToString());

    public void Put(in Digest digest, ReadOnlySpan<byte> raw)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(digest))!);
        File.WriteAllBytes(PathOf(digest), raw);
    }

    /// <summary>Stores data under its own digest, as a client would.</summary>
    public Digest Put(byte[] data, CryptKey? key = null, ZstdEncoder? encoder = null)
    {
        Digest digest = key?.ComputeDigest(data) ?? Digest.Of(data);
        Put(digest, key is null ? DataBlob.Encode(data, encoder) : EncryptedBlob.Encode(data, key, encoder));
        return digest;
    }

    public ChunkReader Reader(CryptKey? key = null) => new(Root, key);

    public ChunkReader Reader(CryptKey? key, SequentialFile file) => new(Root, key, _ => file);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
