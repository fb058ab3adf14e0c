namespace PbsModule.Core.Storage;

/// <summary>The index files of a store, and whether there are groups they could belong to.</summary>
internal sealed class IndexFileList
{
    private readonly List<string> _folders = [];
    private readonly List<(int Folder, string Name, bool IsStrange)> _files = [];

    // Where the files of a folder begin; made when it is asked for.
    private Dictionary<string, int>? _firstOf;

    public int Count => _files.Count;

    /// <summary>Folders that are backup groups by their place and name.</summary>
    public int Groups { get; private set; }

    /// <summary>Full path of a file.</summary>
    public string PathOf(int index) => Path.Combine(_folders[_files[index].Folder], _files[index].Name);

    /// <summary>Whether a file lies elsewhere than in a snapshot. Its chunks are in use all the same.</summary>
    public bool IsStrange(int index) => _files[index].IsStrange;

    /// <summary>A store whose groups have no index at all is more likely one whose indexes are not to be seen from here.</summary>
    /// <param name="store">For the error.</param>
    /// <param name="found">Files that were still there when they were read.</param>
    /// <exception cref="PbsConflictException">There are groups, and no index.</exception>
    public void DemandIndexes(Datastore store, long found)
    {
        if (found > 0 || Groups == 0) return;
        throw new PbsConflictException(PbsErrorId.NoIndexFound, $"there are {Groups} backup groups in store '{store.Name}' but no index file was found: nothing would be in use, and everything be removed", store.Path)
        {
            RecommendedAction = "See whether all of the datastore is mounted. Remove the groups if they are empty indeed.",
        };
    }

    /// <summary>Full paths of the files that are not in another list.</summary>
    public IEnumerable<string> Except(IndexFileList other)
    {
        for (int i = 0; i < _files.Count; i++)
        {
            if (!other.Contains(_folders[_files[i].Folder], _files[i].Name)) yield return PathOf(i);
        }
    }

    /// <inheritdoc cref="Contains(string, string)"/>
    public bool Contains(string path) => Contains(Path.GetDirectoryName(path) ?? "", Path.GetFileName(path));

    /// <summary>Whether a file is in the list.</summary>
    /// <param name="folder">Full path of its folder.</param>
    /// <param name="name">Its name.</param>
    public bool Contains(string folder, string name)
    {
        _firstOf ??= FindFirst();
        if (!_firstOf.TryGetValue(folder, out int first)) return false;
        for (int i = first; i < _files.Count && _files[i].Folder == _files[first].Folder; i++)
        {
            if (_files[i].Name == name) return true;
        }

        return false;
    }

    internal void AddGroup() => Groups++;

    /// <summary>A folder for the files that follow.</summary>
    internal void AddFolder(string path) => _folders.Add(path);

    /// <summary>A file of the folder that was added last.</summary>
    internal void AddFile(string name, bool isStrange) => _files.Add((_folders.Count - 1, name, isStrange));

    private Dictionary<string, int> FindFirst()
    {
        var first = new Dictionary<string, int>(_folders.Count, StringComparer.Ordinal);
        for (int i = _files.Count - 1; i >= 0; i--) first[_folders[_files[i].Folder]] = i;
        return first;
    }
}
