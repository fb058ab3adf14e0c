using System.Collections.Concurrent;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage;

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

    public BadChunk? Find(in Digest digest) => Version == 0 ? null : _bad.GetValueOrDefault(digest);
}
