using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>The folders and index files of a store as one walk saw them, and which of the files are marked.</summary>
internal sealed class IndexFileList
{
    private readonly List<FoundFolder> _folders = [];
    private readonly List<FoundFile> _files = [];
    private readonly List<bool> _marked = [];

    // What was listed and gone before it could be looked at, so that nobody knows what it was.
    private string? _vanished;

    public int Count => _files.Count;

    /// <summary>Folders that are backup groups by their place and name.</summary>
    public int Groups { get; private set; }

    /// <summary>How long after the walk a change of a folder is certain to give it another stamp.</summary>
    public TimeSpan Granule { get; private set; }

    /// <summary>Full path of a file.</summary>
    public string PathOf(int index) => Path.Combine(_folders[_files[index].Folder].Path, _files[index].Name);

    /// <summary>Which file the name led to during the walk.</summary>
    public FileIdentity IdentityOf(int index) => _files[index].Identity;

    /// <summary>Whether a file lies elsewhere than in a snapshot. Its chunks are in use all the same.</summary>
    public bool IsStrange(int index) => _files[index].IsStrange;

    /// <summary>Whether the very file that the walk saw is marked, whatever its path leads to by now.</summary>
    public bool IsMarked(int index) => _marked[index];

    public void SetMarked(int index) => _marked[index] = true;

    /// <summary>
    /// Whether another walk saw the same: each folder at the same path, with the same stamp, and the same files. The
    /// stamps count: names alone are the same again after something was moved away and back.
    /// </summary>
    /// <param name="other">The list of the walk before.</param>
    /// <param name="change">The first folder that differs.</param>
    public bool IsSameAs(IndexFileList other, out string? change)
    {
        for (int i = 0; i < Math.Min(_folders.Count, other._folders.Count); i++)
        {
            change = _folders[i].Path;
            if (_folders[i] != other._folders[i]) return false;
        }

        bool isSame = _vanished is null && _folders.Count == other._folders.Count && _files.SequenceEqual(other._files);
        change = isSame ? null : _vanished ?? _folders.LastOrDefault().Path;
        return isSame;
    }

    /// <summary>
    /// Takes over from the walk before which files are marked, where their folder has not changed since: then a name
    /// still leads to the same file. A folder is the same by its identity, wherever it lies by now.
    /// </summary>
    public void TakeMarks(IndexFileList before)
    {
        var known = new Dictionary<FolderStamp, FoundFolder>(before._folders.Count);
        foreach (FoundFolder folder in before._folders)
        {
            if (folder.Stamp.Identity != default) known[folder.Stamp] = folder;
        }

        foreach (FoundFolder folder in _folders)
        {
            if (!known.TryGetValue(folder.Stamp, out FoundFolder old) || old.Files != folder.Files) continue;
            for (int i = 0; i < folder.Files; i++)
            {
                FoundFile now = _files[folder.FirstFile + i], then = before._files[old.FirstFile + i];
                bool isSame = now.Name == then.Name && now.Identity == then.Identity;
                if (isSame && before._marked[old.FirstFile + i]) _marked[folder.FirstFile + i] = true;
            }
        }
    }

    /// <summary>
    /// A store whose groups have no index at all is more likely one whose indexes are not to be seen from here.
    /// </summary>
    /// <param name="store">For the error.</param>
    /// <param name="found">Files that were still there when they were read.</param>
    /// <exception cref="PbsConflictException">There are groups, and no index.</exception>
    public void DemandIndexes(Datastore store, long found)
    {
        if (found > 0 || Groups == 0) return;
        throw new PbsConflictException(
            PbsErrorId.NoIndexFound,
            $"there are {Groups} backup groups in store '{store.Name}' but no index file was found: nothing would be "
                + "in use, and everything be removed",
            store.Path)
        {
            RecommendedAction =
                "See whether all of the datastore is mounted. Remove the groups if they are empty indeed.",
        };
    }

    internal void AddGroup() => Groups++;

    internal void AddVanished(string path) => _vanished = path;

    /// <summary>Adds a folder and its index files, by name.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="stamp">Read after the files were listed.</param>
    /// <param name="files">The files.</param>
    /// <param name="isStrange">Whether the folder is no snapshot.</param>
    internal void Add(
        string path, in FolderStamp stamp, IReadOnlyList<(string Name, FileIdentity Identity)> files, bool isStrange)
    {
        if (stamp.Granule > Granule) Granule = stamp.Granule;
        foreach ((string name, FileIdentity identity) in files)
        {
            _files.Add(new FoundFile(_folders.Count, name, identity, isStrange));
            _marked.Add(false);
        }

        _folders.Add(new FoundFolder(path, stamp, _files.Count - files.Count, files.Count));
    }

    private readonly record struct FoundFolder(string Path, FolderStamp Stamp, int FirstFile, int Files);

    private readonly record struct FoundFile(int Folder, string Name, FileIdentity Identity, bool IsStrange);
}
