using System.Collections.Concurrent;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>A chunk that is not what it should be.</summary>
/// <param name="Finder">The archive it was met in first.</param>
/// <param name="Fault">What is wrong with it.</param>
/// <param name="Reason">The same in PBS's words.</param>
/// <param name="Size">The length in bytes that the archive's index gives it.</param>
internal sealed record BadChunk(FileCheck Finder, ChunkFault Fault, string Reason, long Size);

/// <summary>The bad chunks of one run. Safe on any number of threads; there are few, and mostly none.</summary>
internal sealed class ChunkFindings
{
    private readonly ConcurrentDictionary<Digest, BadChunk> _bad = new();
    private int _version;

    /// <summary>Grows with every bad chunk; 0 while there is none.</summary>
    public int Version => Volatile.Read(ref _version);

    public void Add(in Digest digest, BadChunk chunk)
    {
        // In this order: whoever sees the number finds the chunk.
        if (_bad.TryAdd(digest, chunk)) Interlocked.Increment(ref _version);
    }

    /// <summary>What is wrong with a chunk for a reference of an index; null if nothing is.</summary>
    /// <param name="digest">The chunk.</param>
    /// <param name="size">The length in bytes that the reference gives it.</param>
    /// <param name="file">The index.</param>
    public BadChunk? Find(in Digest digest, long size, FileCheck file)
    {
        if (Version == 0 || !_bad.TryGetValue(digest, out BadChunk? bad)) return null;
        return bad.Fault switch
        {
            // Its bytes are good; it is wrong where the same mode is expected. Of one file PBS counts it once.
            ChunkFault.CryptMode when bad.Finder == file || bad.Finder.IsEncrypted != file.IsEncrypted => null,

            // Its bytes are good; only references that give the same length are wrong.
            ChunkFault.Length when bad.Size != size => null,
            _ => bad,
        };
    }

    /// <summary>Whether a chunk is bad for any index.</summary>
    public bool Contains(in Digest digest) => _bad.TryGetValue(digest, out BadChunk? bad)
        && bad.Fault is not (ChunkFault.CryptMode or ChunkFault.Length);
}
