using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Core.Features.Content;

/// <summary>A request to save a file of a snapshot.</summary>
/// <param name="FileName">Name in the snapshot's folder, <c>drive-scsi0.img.fidx</c>.</param>
/// <param name="Destination">Full path of the target: a folder, a file, or a block device.</param>
public sealed record SaveRequest(string FileName, string Destination)
{
    /// <summary>Whether to write the data that the file holds instead of the file itself.</summary>
    public bool Decode { get; init; }

    /// <summary>Decrypts encrypted data. The caller keeps ownership.</summary>
    public CryptKey? Key { get; init; }

    /// <summary>Whether chunks that cannot be read are replaced by zeros.</summary>
    public bool AllowMissingChunk { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>
    /// Name of a subfolder of the destination to save into, null for the destination itself. Both are created if they
    /// do not exist.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>The file's name for a destination that is a folder. Decoded data loses the store's extension.</summary>
    internal string Name => Decode ? Path.GetFileNameWithoutExtension(FileName) : FileName;
}

/// <summary>The plan of saving a file.</summary>
/// <param name="Source">Identity text of the snapshot, a slash and the file name.</param>
/// <param name="Path">Full path of the target.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="Replaces">Whether an existing file would be replaced.</param>
public sealed record SavePlan(string Source, string Path, long Length, bool Replaces);

/// <summary>Receives reports while a file is saved, on the thread that made the request.</summary>
/// <param name="onGap">Receives each gap whose chunk was replaced by zeros.</param>
/// <param name="onProgress">Receives bytes done and total bytes, several times a second.</param>
public sealed class SaveListener(Action<ContentGapInfo> onGap, Action<long, long> onProgress)
{
    internal void Tell(ContentGapInfo gap) => onGap(gap);

    internal void Tell(long done, long total) => onProgress(done, total);
}
