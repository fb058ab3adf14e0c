using System.Collections.Concurrent;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Verify;

/// <summary>A chunk that is not what it should be.</summary>
/// <param name="Finder">The archive it was met in first.</param>
/// <param name="Fault">What is wrong with it.</param>
/// <param name="Reason">The same in PBS's words.</param>
internal sealed record BadChunk(FileCheck Finder, ChunkFault Fault, string Reason);

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

    /// <summary>What is wrong with a chunk for an index that refers to it; null where nothing is.</summary>
    public BadChunk? Find(in Digest digest, FileCheck file)
    {
        if (Version == 0 || !_bad.TryGetValue(digest, out BadChunk? bad)) return null;

        // Its bytes are good; it is wrong where the same mode is expected. Of one file PBS counts it once.
        bool isModeOnly = bad.Fault == ChunkFault.CryptMode;
        return isModeOnly && (bad.Finder == file || bad.Finder.IsEncrypted != file.IsEncrypted) ? null : bad;
    }

    /// <summary>Whether a chunk is bad for any index.</summary>
    public bool Contains(in Digest digest) => _bad.TryGetValue(digest, out BadChunk? bad)
        && bad.Fault != ChunkFault.CryptMode;
}
