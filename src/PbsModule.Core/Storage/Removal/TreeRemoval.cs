using System.Text;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes folders with what is in them, through the seam. Links are removed, never followed. What has just vanished is as
/// good as removed.
/// </summary>
internal sealed class TreeRemoval(IFileMutations mutations, FolderAccess folders)
{
    private readonly EntryList _entries = new();

    /// <summary>Removes what is in a folder, and the folder unless something is kept.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="first">A file to remove before everything else.</param>
    /// <param name="last">A file to remove after everything else.</param>
    /// <exception cref="OsErrorException">Something cannot be removed; the rest is still there.</exception>
    public void Remove(string path, string? first = null, string? last = null)
    {
        // Before anything goes: what cannot be listed cannot be removed either.
        (string Name, EntryKind Kind)[] entries = List(path);
        if (first is not null) Unlink(Path.Combine(path, first));
        foreach ((string name, EntryKind kind) in entries)
        {
            if (name == last) continue;
            string entry = Path.Combine(path, name);
            if (kind == EntryKind.Folder) Remove(entry);
            else Unlink(entry);
        }

        if (last is not null) Unlink(Path.Combine(path, last));
        RemoveFolder(path);
    }

    private (string Name, EntryKind Kind)[] List(string path)
    {
        int error = folders.Open(path, out Folder? folder);
        if (error == OsError.ENOENT) return [];
        if (error != 0) throw new OsErrorException(error, path);
        using (folder)
        {
            error = folder!.List(_entries);
        }

        if (error is not (0 or OsError.ENOENT)) throw new OsErrorException(error, path);
        var found = new (string, EntryKind)[_entries.Count];
        for (int i = 0; i < found.Length; i++)
        {
            string name = _entries.Text(i, out bool isText);

            // A name that is no text has no path either.
            if (!isText) throw new OsErrorException(OsError.EINVAL, Path.Combine(path, name));
            found[i] = (name, _entries.Kind(i));
        }

        return found;
    }

    private void Unlink(string path)
    {
        try
        {
            mutations.Unlink(path);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            // Gone is gone.
        }
    }

    private void RemoveFolder(string path)
    {
        try
        {
            mutations.RemoveDirectory(path);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            // Gone is gone.
        }
    }
}
