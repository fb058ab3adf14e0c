using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Finds every index file of a store, wherever it lies: what is not found loses its chunks. So whatever cannot be
/// looked at ends the walk. Hidden names are passed over below the store's root, and the root itself is not, whatever
/// its name; links are not followed, and refused where a folder of PBS's layout belongs, or where they lead to a folder
/// outside of the store: PBS passes over those, and removes the chunks of what is in them.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="onVanished">Told in PBS's words of what went away meanwhile.</param>
internal sealed class IndexFileWalk(Datastore store, Action<string> onVanished)
{
    // PBS's own layout is 17 levels deep at most. Each level holds a folder open.
    private const int MaxDepth = 128;

    private const string LostAndFound = "lost+found";

    private readonly IndexFileList _found = new();
    private readonly Utf8StringCache _names = new();
    private readonly List<EntryList> _lists = [];
    private readonly List<(string Name, FileIdentity Identity)> _files = [];

    /// <exception cref="PbsPermissionException"><c>cannot continue garbage-collection safely, permission denied on:
    /// "…"</c></exception>
    /// <exception cref="PbsConflictException">A symbolic link stands where a folder belongs.</exception>
    /// <exception cref="PbsStorageException"><c>unexpected error on datastore traversal: …</c></exception>
    public IndexFileList Run(CancellationToken cancellation)
    {
        using Folder root = store.OpenRoot();
        Visit(root, store.Path, StorePlace.Namespace, 0, cancellation);
        return _found;
    }

    private void Visit(Folder folder, string path, StorePlace place, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (depth == MaxDepth) throw Unexpected(path, "folders are nested too deeply");
        if (place == StorePlace.Group) _found.AddGroup();
        if (_lists.Count == depth) _lists.Add(new EntryList());
        EntryList entries = _lists[depth];
        int error = folder.List(entries);
        if (error == 0) error = AddFiles(folder, entries, path, place);
        if (error != 0)
        {
            Refuse(error, path, depth);
            return;
        }

        Folder? child = null;
        try
        {
            foreach (int i in Folders(folder, entries, path, place, depth))
            {
                string name = Name(entries, i, path, out bool isText);
                string below = Path.Combine(path, name);
                error = folder.OpenFolder(entries.Name(i), ref child);
                if (error != 0) Refuse(error, below, depth + 1);
                else
                {
                    Visit(child!, below, isText
                        ? StorePlaceText.Of(place, name)
                        : StorePlace.Elsewhere, depth + 1, cancellation);
                }
            }
        }
        finally
        {
            child?.Dispose();
        }
    }

    /// <summary>
    /// Adds the folder and its files. Its stamp is read after everything else: a stamp that is the same as the last
    /// time then vouches for all that was seen of the folder.
    /// </summary>
    private int AddFiles(Folder folder, EntryList entries, string path, StorePlace place)
    {
        _files.Clear();
        for (int i = 0; i < entries.Count; i++)
        {
            ReadOnlySpan<byte> bytes = entries.Name(i);
            if (bytes[0] == (byte)'.' || !(bytes.EndsWith(".fidx"u8) || bytes.EndsWith(".didx"u8))) continue;
            string name = Name(entries, i, path, out bool isText);

            // Without a name there is no way to read it, and without reading it no way to know its chunks.
            if (!isText) throw Unexpected(Path.Combine(path, name), "the name is no UTF-8");
            if (folder.IdentityOf(bytes, out FileIdentity identity) is int unknown and not 0)
            {
                if (unknown != OsError.ENOENT) throw Unexpected(Path.Combine(path, name), OsError.Describe(unknown));
                _found.AddVanished(Path.Combine(path, name));
            }

            _files.Add((name, identity));
        }

        _files.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        int error = folder.StampOf(out FolderStamp stamp);
        if (error == 0) _found.Add(path, stamp, _files, place != StorePlace.Snapshot);
        return error;
    }

    /// <summary>The folders to look into, by name; PBS has them in the file system's order.</summary>
    private List<int> Folders(Folder folder, EntryList entries, string path, StorePlace place, int depth)
    {
        List<int> folders = [];
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Name(i)[0] == (byte)'.') continue;
            EntryKind kind = entries.Kind(i);

            // Nothing else has a place in a store. Or the listing does not tell what it is, and the system did not when
            // it was asked.
            if (kind == EntryKind.Other && folder.KindOf(entries.Name(i), out kind) is int error and not 0)
            {
                Refuse(error, Path.Combine(path, Name(entries, i, path, out _)), depth + 1);
            }

            if (kind == EntryKind.Folder) folders.Add(i);
            else if (kind == EntryKind.Link) RefuseLink(Name(entries, i, path, out _), path, place);
        }

        folders.Sort((left, right) => entries.Name(left).SequenceCompareTo(entries.Name(right)));
        return folders;
    }

    private string Name(EntryList entries, int index, string path, out bool isText)
    {
        ReadOnlySpan<byte> bytes = entries.Name(index);
        isText = System.Text.Unicode.Utf8.IsValid(bytes);
        return isText ? _names.Get(bytes) : Encoding.UTF8.GetString(bytes);
    }

    private void RefuseLink(string name, string path, StorePlace parent)
    {
        StorePlace place = StorePlaceText.Of(parent, name);
        string link = Path.Combine(path, name);
        if (place == StorePlace.Elsewhere && !LeadsOutside(link)) return;
        string problem = place == StorePlace.Elsewhere
            ? $"{PathText.Quote(link)} is a symbolic link to a folder outside of the datastore; it is not followed"
            : WalkProblem.Link(link, place.Text()).Message;
        throw new PbsConflictException(
            PbsErrorId.SymbolicLinkRefused,
            $"cannot continue garbage-collection safely: {problem}",
            link)
        {
            RecommendedAction = "Put the folder itself in place of the link, or remove the link: the chunks of what it "
                + "leads to would not be found.",
        };
    }

    /// <summary>
    /// Whether a link leads to a folder that this walk does not come to. A file that is no index, and nothing at all,
    /// refers to no chunk.
    /// </summary>
    private bool LeadsOutside(string link)
    {
        int error = store.Access.Open(link, out Folder? folder);
        folder?.Dispose();
        if (error is OsError.ENOENT or OsError.ENOTDIR or OsError.ELOOP) return false;
        string root = RealPath.Of(store.Path), target = RealPath.Of(link);
        string below = root + Path.DirectorySeparatorChar;
        if (target != root && !target.StartsWith(below, StringComparison.Ordinal)) return true;

        // The walk passes over what is hidden.
        return Path.GetRelativePath(root, target).Split(Path.DirectorySeparatorChar).Any(static part =>
            part.Length > 1 && part[0] == '.');
    }

    private void Refuse(int error, string path, int depth)
    {
        switch (error)
        {
            case OsError.ENOENT:
                _found.AddVanished(path);
                onVanished($"ignoring vanished file: {PathText.Quote(path)}");
                break;
            case OsError.EACCES or OsError.EPERM when depth <= 1 && Path.GetFileName(path) == LostAndFound:
                break;
            case OsError.EACCES or OsError.EPERM:
                throw new PbsPermissionException(
                    PbsErrorId.DirectoryUnreadable,
                    $"cannot continue garbage-collection safely, permission denied on: {PathText.Quote(path)}",
                    path);
            default:
                throw Unexpected(path, OsError.Describe(error));
        }
    }

    private static PbsStorageException Unexpected(string path, string reason) =>
        new(
            PbsErrorId.DirectoryUnreadable,
            $"unexpected error on datastore traversal: {reason} - {PathText.Quote(path)}",
            path);
}
