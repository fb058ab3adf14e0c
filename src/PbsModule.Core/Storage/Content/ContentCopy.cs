using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Copies the content of a file in an archive. The chunks at its ends hold other files, too, and come from what is in
/// memory; those between are decoded on several threads to where they belong, if there are enough of them. What is
/// nowhere written is zero: it ends at the last byte that is not, and the length is for the caller to set. For one
/// thread.
/// </summary>
/// <param name="archive">The archive.</param>
/// <param name="file">The file.</param>
/// <param name="onGap">Told of chunks that cannot be had, in order; zeros take their place. Null to fail at the
/// first.</param>
internal sealed class ContentCopy(ArchiveReader archive, PxarEntry file, Action<ChunkGap>? onGap)
{
    private const int LargestPiece = 1 << 20;

    /// <summary>Fewer are not worth threads of their own.</summary>
    private const int FewestChunks = 6;

    /// <summary>Copies everything.</summary>
    /// <param name="sink">Where to.</param>
    /// <param name="onProgress">Told how many bytes are done, on any thread.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">The content is not there, or a chunk cannot be had.</exception>
    public void To(IPlacedSink sink, Action<long> onProgress, CancellationToken cancellation)
    {
        ChunkSource source = archive.ContentOf(file);
        long start = archive.ContentStart(file, onGap is not null);
        if (file.Size > source.Length - start)
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveInvalid,
                $"extracted {Math.Max(0, source.Length - start)} bytes of a file of {file.Size} bytes");
        }

        if (file.Size == 0) return;
        ChunkRun whole = source.ChunksWithin(start, start + file.Size);
        long done = 0;
        if (whole.Count >= FewestChunks)
        {
            // The first of them may be under way already, as what was thought to be needed next.
            using (source.PauseReadAhead()) done =
                Copy(source, start, done, source.EndOf(whole.First) - start, sink, onProgress, cancellation);
            source.CopyChunks(
                new ChunkRun(whole.First + 1, whole.Count - 1),
                start,
                sink,
                onGap,
                onProgress,
                cancellation);
            done = source.EndOf(whole.First + whole.Count - 1) - start;
        }

        Copy(source, start, done, file.Size, sink, onProgress, cancellation);
    }

    private long Copy(
        ChunkSource source,
        long start,
        long from,
        long end,
        IPlacedSink sink,
        Action<long> onProgress,
        CancellationToken cancellation)
    {
        for (long done = from; done < end;)
        {
            cancellation.ThrowIfCancellationRequested();
            ReadOnlySpan<byte> piece = source.Lend(start + done, Math.Min(end - done, LargestPiece), out ChunkGap? gap);
            if (gap is not null)
            {
                if (onGap is null) throw gap.Check.Error!;
                onGap(gap);
                done = Math.Min(end, gap.Offset + gap.Length - start);
            }
            else
            {
                if (piece.ContainsAnyExcept((byte)0)) sink.WriteAt(done, piece);
                done += piece.Length;
            }

            sink.Reach(done);
            onProgress(done);
        }

        return end;
    }
}

/// <summary>Chunks of an index that follow each other.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many.</param>
internal readonly record struct ChunkRun(int First, int Count);
