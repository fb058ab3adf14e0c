using System.Runtime.ExceptionServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Puts an image or archive together out of its chunks. Two workers each take the next chunk, read, decode and check
/// it. A sink that takes things where they belong (<see cref="IPlacedSink"/>) gets them at once; every other gets them
/// when their turn comes, in order and exactly once. Nothing passes here that is not what the index promises. That the
/// index is the one of a manifest is for the caller to know. For one run.
/// </summary>
/// <param name="content">The snapshot; the caller keeps it.</param>
/// <param name="fileName">Name of the index in it.</param>
/// <param name="cryptMode">How the manifest says that it is protected.</param>
/// <param name="key">For an encrypted one; the caller keeps it until <see cref="Run"/> has returned.</param>
internal sealed class ArchiveDecoder(ISnapshotContent content, string fileName, CryptMode cryptMode, CryptKey? key)
{
    /// <summary>
    /// Threads that decode at once where nobody says otherwise. A third was slower when it was measured.
    /// </summary>
    internal static int MostWorkers { get; } = Math.Min(Environment.ProcessorCount, 2);

    /// <summary>How long a worker whose turn does not come waits before it looks whether it is to stop.</summary>
    private static readonly TimeSpan LookUp = TimeSpan.FromMilliseconds(100);

    private readonly object _turns = new();
    private long _turn;
    private long _done;
    private ExceptionDispatchInfo? _failure;
    private volatile PlacedDecode? _placed;

    // Images are mostly one and the same chunk of zeros: it need not be read a second time.
    private volatile ZeroChunk? _zeros;

    /// <summary>
    /// Told of each chunk that cannot be had, in order; zeros take its place. Without it, the first one ends the work.
    /// </summary>
    public Action<ChunkGap>? OnGap { get; init; }

    /// <summary>What the checksum of the index must be at the end, where the caller has computed it before.</summary>
    public Digest? ExpectedChecksum { get; init; }

    /// <summary>Threads that work, the caller's among them.</summary>
    public int Workers { get; init; } = MostWorkers;

    /// <summary>Bytes handed on up to now; to be asked from any thread.</summary>
    public long Done => _placed?.Done ?? Interlocked.Read(ref _done);

    /// <summary>Does it all, partly on the calling thread.</summary>
    /// <param name="sink">Where to.</param>
    /// <param name="cancellation">Ends it after the chunk that is under way.</param>
    /// <exception cref="PbsNotFoundException">The index or a chunk is not there.</exception>
    /// <exception cref="PbsFormatException">The index or a chunk is damaged.</exception>
    /// <exception cref="PbsIntegrityException">A chunk is not what the index promises, or the index was changed
    /// meanwhile.</exception>
    /// <exception cref="PbsException">Something cannot be read.</exception>
    public void Run(IContentSink sink, CancellationToken cancellation)
    {
        using IndexPass pass = IndexFile.Pass(content, fileName, checksum: true);
        var queue = new ChunkQueue(pass);
        if (sink is IPlacedSink placed) RunPlaced(queue, placed, Math.Min(Workers, pass.Header.Count), cancellation);
        else RunInTurns(queue, sink, Math.Min(Workers, pass.Header.Count), cancellation);
        if (ExpectedChecksum is { } expected && pass.Checksum != expected)
        {
            throw new PbsIntegrityException(
                PbsErrorId.ManifestFileMismatch,
                $"index \"{content.PathOf(fileName)}\" was changed while it was read",
                content.PathOf(fileName));
        }
    }

    private void RunPlaced(ChunkQueue queue, IPlacedSink sink, int workers, CancellationToken cancellation)
    {
        _placed = new PlacedDecode(queue, cryptMode, sink, 0, Miss);
        using ChunkReader own = OpenReader();
        _placed.Run(workers, own, OpenReader, cancellation);
    }

    private ChunkReader OpenReader() => new(content.OpenChunks(), key);

    private void RunInTurns(ChunkQueue queue, IContentSink sink, int workers, CancellationToken cancellation)
    {
        Thread[] others = [.. Enumerable.Range(1, workers - 1)
            .Select(_ => new Thread(() => Work(queue, sink, cancellation)) { IsBackground = true, Name = "decode" })];
        foreach (Thread other in others) other.Start();
        Work(queue, sink, cancellation);
        foreach (Thread other in others) other.Join();
        _failure?.Throw();
    }

    private void Work(ChunkQueue queue, IContentSink sink, CancellationToken cancellation)
    {
        try
        {
            using ChunkReader reader = OpenReader();
            while (queue.TryTake(out QueuedChunk chunk))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!Forward(reader, chunk, sink, cancellation)) return;
            }
        }
#pragma warning disable CA1031 // Whatever ends a worker ends the whole, and is thrown to who waits for it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            queue.Close();
            Fail(e);
        }
    }

    /// <returns>False when another worker has failed.</returns>
    private bool Forward(ChunkReader reader, in QueuedChunk chunk, IContentSink sink, CancellationToken cancellation)
    {
        Digest digest = chunk.Digest;
        scoped ReadOnlySpan<byte> data = default;
        ChunkCheck check = default;
        bool isZero = _zeros?.IsSame(chunk) == true;
        if (!isZero)
        {
            check = reader.TryRead(digest, chunk.Size, cryptMode, out data);
            isZero = check.IsGood && !data.ContainsAnyExcept((byte)0);
            if (isZero) _zeros = new ZeroChunk(chunk.Digest, chunk.Size);
        }

        // A failure, too, waits for its turn: the first one in the archive is the one to tell.
        if (!WaitForTurn(chunk.Number, cancellation)) return false;
        if (!check.IsGood) Miss(chunk, check);
        if (isZero || !check.IsGood) sink.WriteZeros(chunk.Size);
        else sink.Write(data);
        Interlocked.Add(ref _done, chunk.Size);
        PassTurn();
        return true;
    }

    private void Miss(QueuedChunk chunk, ChunkCheck check)
    {
        // What we may not read is there: filling it with zeros would hide a mistake.
        if (OnGap is null || check.Error is PbsPermissionException) throw Located(check.Error!, chunk);
        OnGap(new ChunkGap(chunk.Offset, chunk.Size, chunk.Digest, check));
    }

    /// <summary>The failure of a chunk with where that is, unless its message names the chunk already.</summary>
    private static PbsException Located(PbsException error, in QueuedChunk chunk)
    {
        string digest = chunk.Digest.ToString();
        return error is PbsIntegrityException && !error.Message.Contains(digest, StringComparison.Ordinal)
            ? new PbsIntegrityException(
                error.ErrorId,
                $"{error.Message.TrimEnd('.')} (chunk '{digest}' at offset {chunk.Offset})",
                digest,
                error)
            : error;
    }

    private bool WaitForTurn(long number, CancellationToken cancellation)
    {
        lock (_turns)
        {
            while (_turn != number && _failure is null)
            {
                cancellation.ThrowIfCancellationRequested();
                Monitor.Wait(_turns, LookUp);
            }

            return _failure is null;
        }
    }

    private void PassTurn()
    {
        lock (_turns)
        {
            _turn++;
            Monitor.PulseAll(_turns);
        }
    }

    private void Fail(Exception error)
    {
        lock (_turns)
        {
            _failure ??= ExceptionDispatchInfo.Capture(error);
            Monitor.PulseAll(_turns);
        }
    }
}
