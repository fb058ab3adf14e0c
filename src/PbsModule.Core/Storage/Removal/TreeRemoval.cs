using System.Text;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes folders with what is in them, through the seam, each relative to the open folder it lies in: whoever may change the store
/// meanwhile cannot lead us out of it. Links are removed, never followed. What has just vanished is as good as removed.
/// </summary>
internal sealed class TreeRemoval(IFileMutations mutations)
{
    // The longest path that Linux takes. Each level below holds a folder open.
    private const int MaxPath = 4095;

    private readonly EntryList _entries = new();

    /// <summary>Removes what is in a folder, and the folder unless something is kept.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="parent">The folder it lies in.</param>
    /// <param name="path">Full path.</param>
    /// <param name="first">A file to remove before everything else.</param>
    /// <param name="last">A file to remove after everything else.</param>
    /// <exception cref="OsErrorException">Something cannot be removed; the rest is still there.</exception>
    public void Remove(Folder folder, Folder parent, string path, string? first = null, string? last = null)
    {
        // Before anything goes: what cannot be listed cannot be removed either.
        (string Name, EntryKind Kind)[] entries = List(folder, path);
        if (first is not null) Unlink(folder, Path.Combine(path, first));
        foreach ((string name, EntryKind kind) in entries)
        {
            if (name == last) continue;
            string entry = Path.Combine(path, name);
            if (kind == EntryKind.Folder) Remove(folder, name, entry);
            else Unlink(folder, entry);
        }

        if (last is not null) Unlink(folder, Path.Combine(path, last));
        RemoveFolder(parent, path);
    }

    private void Remove(Folder parent, string name, string path)
    {
        if (path.Length > MaxPath) throw new OsErrorException(OsError.ENAMETOOLONG, path);
        Folder? folder = null;
        int error = parent.OpenFolder(Encoding.UTF8.GetBytes(name), ref folder);
        if (error == OsError.ENOENT) return;
        if (error != 0) throw new OsErrorException(error, path);
        using (folder) Remove(folder!, parent, path);
    }

    private (string Name, EntryKind Kind)[] List(Folder folder, string path)
    {
        int error = folder.List(_entries);
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

    private void Unlink(Folder folder, string path)
    {
        try
        {
            mutations.Unlink(folder, path);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            // Gone is gone.
        }
    }

    private void RemoveFolder(Folder parent, string path)
    {
        try
        {
            mutations.RemoveDirectory(parent, path);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            // Gone is gone.
        }
    }
}
