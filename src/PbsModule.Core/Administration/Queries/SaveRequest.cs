using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A file of a snapshot that is to be written somewhere else.</summary>
/// <param name="FileName">Name in the snapshot's folder, <c>drive-scsi0.img.fidx</c>.</param>
/// <param name="Destination">Full path of a folder, a file, or a block device.</param>
public sealed record SaveRequest(string FileName, string Destination)
{
    /// <summary>As the data it holds, not as the file it is.</summary>
    public bool Decode { get; init; }

    /// <summary>For what is encrypted; the caller keeps it.</summary>
    public CryptKey? Key { get; init; }

    /// <summary>Zeros take the place of chunks that cannot be had.</summary>
    public bool AllowMissingChunk { get; init; }

    /// <summary>What is there is replaced.</summary>
    public bool Replace { get; init; }

    /// <summary>
    /// Name of a folder in the destination that it goes to instead; both are made where they are not there. Null for
    /// the destination itself.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>
    /// What the file is called where the destination is a folder: decoded, it has no extension of the store any more.
    /// </summary>
    internal string Name => Decode ? Path.GetFileNameWithoutExtension(FileName) : FileName;
}

/// <summary>What saving a file would do.</summary>
/// <param name="Source">Identity text of the snapshot, a slash and the file name.</param>
/// <param name="Path">Full path of what would be written.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Replaces">True when something is there that would be replaced.</param>
public sealed record SavePlan(string Source, string Path, long Length, bool Replaces);

/// <summary>Told on the thread that asked, while a file is saved.</summary>
/// <param name="onGap">Of each chunk that zeros took the place of.</param>
/// <param name="onProgress">Bytes done and bytes in all, some times a second.</param>
public sealed class SaveListener(Action<ContentGapInfo> onGap, Action<long, long> onProgress)
{
    internal void Tell(ContentGapInfo gap) => onGap(gap);

    internal void Tell(long done, long total) => onProgress(done, total);
}
