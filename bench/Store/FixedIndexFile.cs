using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PbsModule.Core.Formats;

namespace PbsModule.Bench.Store;

/// <summary>The bytes of a fixed index.</summary>
internal static class FixedIndexFile
{
    private const int HeaderSize = 4096;

    private static ReadOnlySpan<byte> Magic => [0x2f, 0x7f, 0x41, 0xed, 0x91, 0xfd, 0x0f, 0xcd];

    /// <summary>Writes the index; the image ends where its last chunk does.</summary>
    /// <returns>Its checksum.</returns>
    public static Digest Write(string path, ReadOnlySpan<Digest> chunks, long time)
    {
        byte[] file = new byte[HeaderSize + (chunks.Length * Digest.Size)];
        MemoryMarshal.AsBytes(chunks).CopyTo(file.AsSpan(HeaderSize));
        Span<byte> checksum = file.AsSpan(32, Digest.Size);
        SHA256.HashData(file.AsSpan(HeaderSize), checksum);
        Magic.CopyTo(file);
        Guid.NewGuid().TryWriteBytes(file.AsSpan(8, 16), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(24), time);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(64), (long)chunks.Length * StorePlan.ChunkSize);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(72), StorePlan.ChunkSize);
        File.WriteAllBytes(path, file);
        return new Digest(checksum);
    }
}
