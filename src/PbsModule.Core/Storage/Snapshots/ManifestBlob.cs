using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>Reads manifests out of snapshot folders, into buffers that are kept. For one thread at a time.</summary>
internal sealed class ManifestBlob : IDisposable
{
    public const string FileName = "index.json.blob";

    private readonly FileContent _content = new();
    private readonly Utf8StringCache _strings = new();
    private ZstdDecoder? _zstd;
    private byte[] _text = [];

    /// <summary>Bytes of the file that was read last.</summary>
    public int Length => _content.Length;

    /// <summary>Reads and decodes the manifest of an open snapshot folder.</summary>
    /// <param name="folder">The snapshot's folder.</param>
    /// <param name="snapshot">Where it is, for what is wrong with it.</param>
    /// <param name="text">The JSON, until the next call.</param>
    /// <returns>Why that failed, in PBS's words, or null.</returns>
    /// <exception cref="PbsPlatformException">libzstd is missing.</exception>
    public PbsException? TryDecode(Folder folder, in SnapshotPlace snapshot, out ReadOnlySpan<byte> text)
    {
        PbsException? failure = ReadAndDecode(folder, snapshot, once: true, out text);
        return failure is PbsFormatException ? ReadAndDecode(folder, snapshot, once: false, out text) : failure;
    }

    /// <summary>Reads, decodes and parses the manifest of an open snapshot folder.</summary>
    /// <inheritdoc cref="TryDecode"/>
    public PbsException? TryRead(Folder folder, in SnapshotPlace snapshot, out Manifest? manifest)
    {
        manifest = null;
        PbsException? failure = TryDecode(folder, snapshot, out ReadOnlySpan<byte> text);
        if (failure is not null) return failure;
        try
        {
            manifest = Manifest.Parse(text, _strings);
            return null;
        }
        catch (PbsFormatException e)
        {
            return Damaged(e, snapshot);
        }
    }

    /// <summary>Reads, decodes and parses the manifest of a snapshot.</summary>
    /// <param name="content">The snapshot.</param>
    /// <param name="manifest">The manifest, where there is no failure.</param>
    /// <inheritdoc cref="TryDecode" path="/returns|/exception"/>
    public PbsException? TryRead(ISnapshotContent content, out Manifest? manifest)
    {
        PbsException? failure = TryRead(content, once: true, out manifest);
        return failure is PbsFormatException ? TryRead(content, once: false, out manifest) : failure;
    }

    private PbsException? TryRead(ISnapshotContent content, bool once, out Manifest? manifest)
    {
        manifest = null;
        if (content.ReadFile(FileName, _content, DataBlob.MaxEncodedBlobSize, once) is { } error)
        {
            return Missing(error, content.PathOf(FileName));
        }

        try
        {
            manifest = Manifest.Parse(Decode(), _strings);
            return null;
        }
        catch (PbsFormatException e)
        {
            return Damaged(e, content.PathOf(FileName));
        }
    }

    private PbsException? ReadAndDecode(
        Folder folder,
        in SnapshotPlace snapshot,
        bool once,
        out ReadOnlySpan<byte> text)
    {
        text = default;
        int error = folder.ReadFile("index.json.blob"u8, _content, DataBlob.MaxEncodedBlobSize, once);
        if (error != 0) return Missing(error, snapshot);
        try
        {
            text = Decode();
            return null;
        }
        catch (PbsFormatException e)
        {
            return Damaged(e, snapshot);
        }
    }

    public void Dispose()
    {
        _zstd?.Dispose();
        if (_text.Length > 0) ArrayPool<byte>.Shared.Return(_text);
        _text = [];
    }

    /// <summary>What an error of the system means for a manifest.</summary>
    public static PbsException Missing(int error, in SnapshotPlace snapshot) =>
        Missing(new OsErrorException(error, snapshot.ManifestPath), snapshot.ManifestPath);

    /// <inheritdoc cref="Damaged(PbsFormatException, string)"/>
    public static PbsFormatException Damaged(PbsFormatException fault, in SnapshotPlace snapshot) =>
        Damaged(fault, snapshot.ManifestPath);

    private static PbsException Missing(OsErrorException error, string file)
    {
        string message = $"unable to load blob '{PathText.Quote(file)}' - {error.Message}";
        return error.Errno switch
        {
            OsError.ENOENT => new PbsNotFoundException(PbsErrorId.ManifestMissing, message, file),
            OsError.EACCES or OsError.EPERM => new PbsPermissionException(PbsErrorId.FileUnreadable, message, file),
            _ => new PbsStorageException(PbsErrorId.FileUnreadable, message, file, error),
        };
    }

    /// <summary>
    /// The fault of a manifest with its file. Faults of the blob itself get PBS's words in front, those of its content
    /// bring them along.
    /// </summary>
    private static PbsFormatException Damaged(PbsFormatException fault, string file)
    {
        string reason = fault.ErrorId == PbsErrorId.ManifestInvalid
            ? fault.Reason
            : $"unable to load blob '{PathText.Quote(file)}' - {fault.Reason}";
        return new PbsFormatException(fault.ErrorId, reason, fault.Offset, file, fault);
    }

    private ReadOnlySpan<byte> Decode()
    {
        ReadOnlySpan<byte> raw = _content.Bytes;
        BlobHeader header = DataBlob.Load(raw);
        if (header.IsEncrypted) throw Undecodable("unable to decrypt blob - missing CryptConfig");
        if (!header.IsCompressed) return header.Payload(raw);
        _zstd ??= new ZstdDecoder();
        try
        {
            return DataBlob.DecodePayload(
                compressed: true,
                header.Payload(raw),
                _zstd,
                ref _text,
                DataBlob.MaxBlobSize);
        }
        catch (PbsFormatException e)
        {
            throw Undecodable(e.Reason);
        }
    }

    private static PbsFormatException Undecodable(string reason) =>
        new(PbsErrorId.ManifestInvalid, $"decode backup manifest blob failed - {reason}");
}
