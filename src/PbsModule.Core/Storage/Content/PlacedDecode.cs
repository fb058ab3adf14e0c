using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Decodes chunks to where they belong: each worker takes the next one, reads, decodes and checks it and writes it, and
/// none waits for another. What comes of them is told in their order all the same: the first failure in the archive is
/// the one that counts. For one run.
/// </summary>
/// <param name="queue">The chunks.</param>
/// <param name="cryptMode">How the index is protected.</param>
/// <param name="sink">Where to.</param>
/// <param name="start">Offset in the archive of what is the sink's first byte.</param>
/// <param name="onMiss">
/// Told of each chunk that cannot be had, one after another in their order, on any of the threads; its place is zeros
/// then. What it throws ends the work.
/// </param>
internal sealed class PlacedDecode(
    ChunkQueue queue,
    CryptMode cryptMode,
    IPlacedSink sink,
    long start,
    Action<QueuedChunk, ChunkCheck> onMiss)
{
    private readonly Lock _lock = new();

    // Chunks that are done, but for one in front of them.
    private readonly Dictionary<long, (QueuedChunk Chunk, ChunkCheck Check)> _settled = [];
    private long _next;
    private long _done;
    private ExceptionDispatchInfo? _failure;

    // Images are mostly one and the same chunk of zeros: it need not be read a second time.
    private volatile ZeroChunk? _zeros;

    /// <summary>Told how many bytes of the sink are done, one after another, on any of the threads.</summary>
    public Action<long>? OnProgress { get; init; }

    /// <summary>Bytes that are done up to now; to be asked from any thread.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Does it all, partly on the calling thread.</summary>
    /// <param name="workers">Threads that work, the caller's among them.</param>
    /// <param name="own">Reads on the calling thread; the caller keeps it.</param>
    /// <param name="open">Makes the reader of each other thread; null where there are none.</param>
    /// <param name="cancellation">Ends it after the chunk that is under way.</param>
    /// <exception cref="PbsException">The index or a chunk cannot be had.</exception>
    public void Run(int workers, ChunkReader own, Func<ChunkReader>? open, CancellationToken cancellation)
    {
        Thread[] others = [.. Enumerable.Range(1, workers - 1).Select(_ => new Thread(() => Guard(Other))
        {
            IsBackground = true,
            Name = "decode",
        })];
        foreach (Thread other in others) other.Start();
        Guard(() => Work(own, cancellation));
        foreach (Thread other in others) other.Join();
        _failure?.Throw();

        void Other()
        {
            using ChunkReader reader = open!();
            Work(reader, cancellation);
        }
    }

    private void Work(ChunkReader reader, CancellationToken cancellation)
    {
        while (queue.TryTake(out QueuedChunk chunk))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!TrySettle(chunk, Copy(reader, chunk), out long reached)) return;
            if (reached >= 0) sink.Reach(reached - start);
        }
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Whatever ends a worker ends the whole, and is thrown to who waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (_lock) _failure ??= ExceptionDispatchInfo.Capture(e);
            queue.Close();
        }
    }

    private ChunkCheck Copy(ChunkReader reader, in QueuedChunk chunk)
    {
        if (_zeros?.IsSame(chunk) == true) return default;
        ChunkCheck check = reader.TryRead(chunk.Digest, chunk.Size, cryptMode, out ReadOnlySpan<byte> data);
        if (!check.IsGood) return check;
        if (data.ContainsAnyExcept((byte)0)) sink.WriteAt(chunk.Offset - start, data);
        else _zeros = new ZeroChunk(chunk.Digest, chunk.Size);
        return check;
    }

    /// <summary>Takes down what came of a chunk, and tells what it was the last one missing for.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="check">What came of it.</param>
    /// <param name="reached">Offset in the archive in front of which everything is done; -1 where that is as
    /// before.</param>
    /// <returns>False when all has come to an end.</returns>
    private bool TrySettle(in QueuedChunk chunk, in ChunkCheck check, out long reached)
    {
        reached = -1;
        lock (_lock)
        {
            _settled.Add(chunk.Number, (chunk, check));
            while (_failure is null && _settled.Remove(_next, out (QueuedChunk Chunk, ChunkCheck Check) first))
            {
                _next++;
                if (!first.Check.IsGood) Miss(first.Chunk, first.Check);
                if (_failure is not null) break;
                reached = first.Chunk.Offset + first.Chunk.Size;
                Interlocked.Add(ref _done, first.Chunk.Size);
            }

            if (reached >= 0) OnProgress?.Invoke(reached - start);
            return _failure is null;
        }
    }

    /// <summary>
    /// What it throws counts before the lock is given back: a worker that comes next must not tell of what is behind
    /// it.
    /// </summary>
    private void Miss(QueuedChunk chunk, ChunkCheck check)
    {
        try
        {
            onMiss(chunk, check);
        }
        catch (Exception e)
        {
            _failure ??= ExceptionDispatchInfo.Capture(e);
            queue.Close();
        }
    }
}

/// <summary>A chunk that was found to hold nothing but zeros.</summary>
internal sealed class ZeroChunk(in Digest digest, long size)
{
    private readonly Digest _digest = digest;

    public bool IsSame(in QueuedChunk chunk) => chunk.Size == size && chunk.Digest == _digest;
}
