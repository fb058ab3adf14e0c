namespace PbsModule.Core.Interop.Files;

/// <summary>What the system knows of an entry of a folder, links not followed.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="AllocatedBytes">Bytes the file system keeps for it; the size where it does not say.</param>
/// <param name="AccessTime">Unix seconds.</param>
/// <param name="ModificationTime">Unix seconds.</param>
internal readonly record struct EntryStatus(
    EntryKind Kind,
    long Size,
    long AllocatedBytes,
    long AccessTime,
    long ModificationTime);
