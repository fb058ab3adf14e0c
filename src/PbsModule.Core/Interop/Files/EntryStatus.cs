namespace PbsModule.Core.Interop.Files;

/// <summary>The status of a folder entry. Links are not followed.</summary>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Size">The size of the content in bytes.</param>
/// <param name="AllocatedBytes">
/// The bytes that the file system allocates for the entry, or the size if the platform does not report them.
/// </param>
/// <param name="AccessTime">The access time in Unix seconds.</param>
/// <param name="ModificationTime">The modification time in Unix seconds.</param>
internal readonly record struct EntryStatus(
    EntryKind Kind,
    long Size,
    long AllocatedBytes,
    long AccessTime,
    long ModificationTime);
