using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Features.Archives;

/// <summary>An entry to save and its target.</summary>
/// <param name="Node">The entry.</param>
/// <param name="Content">The file whose content is saved; null for a packed directory.</param>
/// <param name="Place">The target.</param>
internal sealed record ArchiveSave(ArchiveNode Node, PxarEntry? Content, OutputPlace Place);

/// <summary>
/// Writes one entry of an archive to its target: the content of a file, or a packed file or directory.
/// </summary>
/// <param name="mutations">Makes all changes to disk.</param>
/// <param name="reader">The archive; the caller keeps it.</param>
/// <param name="request">The options.</param>
/// <param name="work">Receives gaps and entries that are left out.</param>
/// <param name="cancellation">Cancels the work.</param>
internal sealed class ArchiveItemWriter(
    IFileMutations mutations,
    ArchiveReader reader,
    ArchiveSaveRequest request,
    ArchiveWork work,
    CancellationToken cancellation)
{
    private const int Piece = 1 << 20;

    /// <summary>Writes the entry. If this fails, the target is as it was before.</summary>
    /// <param name="save">The entry.</param>
    /// <param name="onProgress">Receives the bytes written so far.</param>
    /// <exception cref="PbsException">The entry cannot be read, or not be written.</exception>
    public void Save(ArchiveSave save, Action<long> onProgress)
    {
        using var output = new OutputFile(mutations, save.Place, save.Content?.Size ?? 0);
        try
        {
            if (save.Content is { } file)
            {
                SaveContent(save, file, output.Sink, onProgress);
            }
            else
            {
                using var stream = new SinkStream(output.Sink);
                Pack(save, stream);
            }
        }
        catch (OsErrorException e)
        {
            throw output.Unwritable(e);
        }

        output.Complete(cancellation, save.Content?.Stat.LastWriteTime);
    }

    private void Pack(ArchiveSave save, SinkStream stream)
    {
        if (request.Packing == ArchivePacking.TarZstd)
        {
            using var tar = new TarPacker(stream, reader, work, request.AllowMissingChunk, cancellation);
            tar.Run(save.Node);
            tar.Complete();
        }
        else
        {
            using var zip = new ZipPacker(stream, reader, work, request.AllowMissingChunk, cancellation);
            zip.Run(save.Node);
        }
    }

    private void SaveContent(ArchiveSave save, PxarEntry file, IContentSink sink, Action<long> onProgress)
    {
        Action<ChunkGap>? onGap = request.AllowMissingChunk ? gap => work.Gap(save.Node.Path, gap) : null;
        reader.ReadAheadOf(file);
        if (sink is IPlacedSink placed)
        {
            new ContentCopy(reader, file, onGap).To(placed, onProgress, cancellation);
            return;
        }

        // A device is written in order.
        using var content = new PxarContentStream(reader, file, onGap, cancellation);
        byte[] buffer = GC.AllocateUninitializedArray<byte>((int)Math.Clamp(content.Length, 1, Piece));
        for (int length = content.Read(buffer); length > 0; length = content.Read(buffer))
        {
            ReadOnlySpan<byte> data = buffer.AsSpan(0, length);
            if (data.ContainsAnyExcept((byte)0)) sink.Write(data);
            else sink.WriteZeros(length);
            onProgress(content.Position);
        }
    }
}
