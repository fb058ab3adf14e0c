using System.Buffers;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Verify;

/// <summary>A chunk that is to be checked.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="Size">The length its index gives it.</param>
/// <param name="Claim">How that compares with the first reference of the run to the chunk.</param>
internal readonly record struct PendingChunk(Digest Digest, long Size, ClaimKind Claim = ClaimKind.New);

/// <summary>Chunks of one index, in the order they are read; workers take one after the other.</summary>
/// <param name="file">The index.</param>
/// <param name="chunks">From the shared pool; given back with the last one.</param>
/// <param name="count">How many of them.</param>
internal sealed class ChunkBatch(FileCheck file, PendingChunk[] chunks, int count)
{
    private int _next = -1;
    private int _open = count;

    public FileCheck File { get; } = file;

    public int Count { get; } = count;

    /// <summary>Of data, as the index has it.</summary>
    public long Bytes
    {
        get
        {
            long sum = 0;
            foreach (PendingChunk chunk in chunks.AsSpan(0, Count)) sum += chunk.Size;
            return sum;
        }
    }

    /// <summary>Whether a chunk is left to be taken.</summary>
    public bool HasMore => Volatile.Read(ref _next) + 1 < Count;

    /// <summary>Takes the next chunk; false when all are taken.</summary>
    public bool TryTake(out PendingChunk chunk)
    {
        // Looked at first, so that the number does not run over while workers wait for the next batch.
        int taken = HasMore ? Interlocked.Increment(ref _next) : Count;
        chunk = taken < Count ? chunks[taken] : default;
        return taken < Count;
    }

    /// <summary>One chunk that was taken is done.</summary>
    public void Complete()
    {
        if (Interlocked.Decrement(ref _open) == 0) ArrayPool<PendingChunk>.Shared.Return(chunks);
    }
}
