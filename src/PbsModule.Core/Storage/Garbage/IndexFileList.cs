namespace PbsModule.Core.Storage;

/// <summary>The index files of a store, and whether there are groups they could belong to.</summary>
internal sealed class IndexFileList
{
    private readonly List<string> _folders = [];
    private readonly List<(int Folder, string Name, bool IsStrange)> _files = [];

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

    internal void AddGroup() => Groups++;

    /// <summary>A folder for the files that follow.</summary>
    internal void AddFolder(string path) => _folders.Add(path);

    /// <summary>A file of the folder that was added last.</summary>
    internal void AddFile(string name, bool isStrange) => _files.Add((_folders.Count - 1, name, isStrange));
}
