using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>The point until which a replaced file is forced to the disk.</summary>
internal enum Durability
{
    /// <summary>
    /// Renames only. After a crash of the process, the file has its old or its new content. Used for manifests and task
    /// lists.
    /// </summary>
    Rename,

    /// <summary>
    /// Syncs the file and its folder. After a power failure, too, the file has its old or its new content. Used for
    /// configuration and owner files.
    /// </summary>
    Synced,
}

/// <summary>
/// Replaces a file as PBS does: creates a temporary file beside it (the last extension of the name is replaced by
/// <c>tmp_XXXXXX</c>), sets mode and owner, writes the content, and renames the file. A reader sees the complete old or
/// the complete new content.
/// </summary>
internal static class AtomicFile
{
    /// <param name="mutations">Makes all changes to disk.</param>
    /// <param name="path">The file to replace or create.</param>
    /// <param name="content">The complete new content.</param>
    /// <param name="mode">The Unix mode. The umask does not apply.</param>
    /// <param name="owner">The owner of the new file. Null leaves it with the account of the process.</param>
    /// <param name="durability">See <see cref="Durability"/>.</param>
    /// <exception cref="OsErrorException">
    /// A step failed. The old file is unchanged, unless only the last sync failed.
    /// </exception>
    public static void Replace(
        IFileMutations mutations,
        string path,
        ReadOnlySpan<byte> content,
        int mode,
        FileOwner? owner,
        Durability durability)
    {
        using SafeFileHandle file = mutations.CreateTemporary(TemporaryStem(path), mode, out string temporary);
        try
        {
            if (owner is { } other) mutations.SetOwner(file, other);
            mutations.Write(file, content);
            if (durability == Durability.Synced) mutations.Sync(file);
            mutations.Rename(temporary, path);
        }
        catch
        {
            Discard(mutations, temporary);
            throw;
        }

        if (durability == Durability.Synced) mutations.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>
    /// Returns the part of a temporary name before the random characters: <c>index.json.blob</c> gives
    /// <c>index.json.tmp_</c>, and <c>notes</c> gives <c>notes.tmp_</c>.
    /// </summary>
    public static string TemporaryStem(string path)
    {
        int name = path.LastIndexOf(Path.DirectorySeparatorChar) + 1;
        int dot = path.LastIndexOf('.');
        return (dot > name ? path[..dot] : path) + ".tmp_";
    }

    /// <summary>
    /// Removes a temporary file after a failure. Its own failure is ignored, because the caller reports the first one.
    /// </summary>
    public static void Discard(IFileMutations mutations, string temporary)
    {
        try
        {
            mutations.Unlink(temporary);
        }
        catch (OsErrorException)
        {
            // The first error already describes the state of the disk. A leftover temporary file does no harm.
        }
    }
}
