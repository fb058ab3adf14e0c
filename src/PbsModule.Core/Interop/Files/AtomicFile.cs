using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>How far a replaced file is forced to the disk.</summary>
internal enum Durability
{
    /// <summary>The rename alone: old or new after a crash of the process. Manifests, task lists.</summary>
    Rename,

    /// <summary>
    /// File and folder are synced: old or new after a power failure, too. Configuration, owner files.
    /// </summary>
    Synced,
}

/// <summary>
/// Replaces a file as PBS does: a temporary file beside it (the last extension of the name replaced by
/// <c>tmp_XXXXXX</c>), mode, owner, content, rename. Whoever looks sees the old content or the new.
/// </summary>
internal static class AtomicFile
{
    /// <param name="mutations">The seam.</param>
    /// <param name="path">The file to replace or create.</param>
    /// <param name="content">All of the new content.</param>
    /// <param name="mode">Unix mode, not cut by the umask.</param>
    /// <param name="owner">Whom the file is given to; null leaves it with the process.</param>
    /// <param name="durability">See <see cref="Durability"/>.</param>
    /// <exception cref="OsErrorException">A step failed; the old file stands, unless only the last sync
    /// did.</exception>
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
    /// What stands in front of the random characters: <c>index.json.blob</c> → <c>index.json.tmp_</c>, <c>notes</c> →
    /// <c>notes.tmp_</c>.
    /// </summary>
    public static string TemporaryStem(string path)
    {
        int name = path.LastIndexOf(Path.DirectorySeparatorChar) + 1;
        int dot = path.LastIndexOf('.');
        return (dot > name ? path[..dot] : path) + ".tmp_";
    }

    /// <summary>Removes a temporary file after a failure, which is what the caller is to hear of.</summary>
    public static void Discard(IFileMutations mutations, string temporary)
    {
        try
        {
            mutations.Unlink(temporary);
        }
        catch (OsErrorException)
        {
            // The disk is as bad as the first error says; a stray temporary file harms nobody.
        }
    }
}
