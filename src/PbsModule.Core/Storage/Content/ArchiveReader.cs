using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>Reads an archive of files out of its chunks, those that are needed. For one thread.</summary>
internal sealed class ArchiveReader : IDisposable
{
    private readonly ChunkReader _chunks;
    private readonly ChunkSource _archive;
    private readonly ChunkSource? _payload;

    /// <param name="file">The archive.</param>
    /// <param name="key">For an encrypted one; the caller keeps it.</param>
    /// <param name="onGap">See <see cref="OnGap"/>; from the first chunk on.</param>
    /// <param name="forLookUp">Single entries will be looked up: what is in the way of that is found then.</param>
    /// <exception cref="PbsFormatException">It is no archive.</exception>
    /// <exception cref="PbsException">A chunk is missing or damaged, or cannot be read.</exception>
    public ArchiveReader(
        ArchiveFile file,
        CryptKey? key,
        Action<string, ChunkGap>? onGap = null,
        bool forLookUp = false)
    {
        File = file;
        _chunks = new ChunkReader(file.Content.OpenChunks(), key);
        _archive = Source(file.Archive, key);
        _payload = file.Payload is null ? null : Source(file.Payload, key);
        OnGap = onGap;
        try
        {
            Pxar = forLookUp ? PxarReader.ForLookUp(_archive, _payload) : new PxarReader(_archive, _payload);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ArchiveFile File { get; }

    public PxarReader Pxar { get; }

    /// <summary>Told of each chunk that cannot be had: in which file of the snapshot, and where.</summary>
    public Action<string, ChunkGap>? OnGap
    {
        set
        {
            _archive.OnGap = value is null ? null : gap => value(File.Archive.FileName, gap);
            if (_payload is not null)
            {
                _payload.OnGap = value is null ? null : gap => value(File.Payload!.FileName, gap);
            }
        }
    }

    /// <summary>Bytes of the archive and of its other half.</summary>
    public long Length => _archive.Length + (_payload?.Length ?? 0);

    /// <inheritdoc cref="ChunkSource.ChunksRead"/>
    public long ChunksRead => _archive.ChunksRead + (_payload?.ChunksRead ?? 0);

    /// <summary>Where content lies, apart from what is said about it.</summary>
    public ChunkSource ContentOf(PxarEntry file) =>
        PxarReader.IsInPayload(file)
            ? _payload
                ?? throw new PbsFormatException(
                    PbsErrorId.ArchiveInvalid,
                    "the archive that holds the content is missing")
            : _archive;

    /// <summary>Where the content of a file begins there.</summary>
    /// <param name="file">The file.</param>
    /// <param name="allowMissing">Whether the entry is believed where the header in front of the content cannot be
    /// had.</param>
    /// <exception cref="PbsException">It is not there, or not what the entry says.</exception>
    public long ContentStart(PxarEntry file, bool allowMissing)
    {
        try
        {
            return Pxar.ContentOf(file);
        }
        catch (PbsException e) when (allowMissing && e is not (PbsFormatException or PbsPermissionException))
        {
            return file.ContentHeader + PxarSize.Header;
        }
    }

    /// <summary>Everything will be read in order.</summary>
    public void ReadAhead()
    {
        _archive.ReadAheadTo(long.MaxValue);
        _payload?.ReadAheadTo(long.MaxValue);
    }

    /// <summary>The content of a file will be read in order, and nothing behind it.</summary>
    public void ReadAheadOf(PxarEntry file)
    {
        _archive.ReadAheadTo(0);
        _payload?.ReadAheadTo(0);
        ContentOf(file).ReadAheadTo(file.ContentHeader + PxarSize.Header + file.Size);
    }

    public void Dispose()
    {
        _payload?.Dispose();
        _archive?.Dispose();
        _chunks.Dispose();
    }

    private ChunkSource Source(ArchivePart part, CryptKey? key) =>
        new(part.Index, _chunks, part.CryptMode, () => new ChunkReader(File.Content.OpenChunks(), key));
}
