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

    internal void AddGroup() => Groups++;

    /// <summary>A folder for the files that follow.</summary>
    internal void AddFolder(string path) => _folders.Add(path);

    /// <summary>A file of the folder that was added last.</summary>
    internal void AddFile(string name, bool isStrange) => _files.Add((_folders.Count - 1, name, isStrange));
}
