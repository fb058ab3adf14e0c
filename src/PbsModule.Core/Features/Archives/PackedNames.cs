namespace PbsModule.Core.Features.Archives;

/// <summary>
/// Tracks the names in a pack, for a walk that visits each directory before its content. A directory may have a name
/// only once in the pack: if a link and a directory had the same name, an unpacker would write the directory's content
/// to the link's target.
/// </summary>
internal sealed class PackedNames
{
    private readonly Stack<(string Path, HashSet<string> Names)> _open = [];

    /// <param name="top">The packed entry.</param>
    public PackedNames(ArchiveNode top) =>
        _open.Push((ParentOf(top.Path), new HashSet<string>(StringComparer.Ordinal)));

    /// <summary>
    /// Whether an entry is in a refused directory. It is then refused too, which was reported with the directory.
    /// </summary>
    public bool IsBelowRefused(ArchiveNode node)
    {
        while (!IsBelow(node.Path, _open.Peek().Path)) _open.Pop();
        return _open.Peek().Path != ParentOf(node.Path);
    }

    /// <summary>Takes an entry's name; returns false if its directory has the name already.</summary>
    public bool TryTake(ArchiveNode node)
    {
        if (!_open.Peek().Names.Add(node.Path)) return false;
        if (node.Entry.IsDirectory) _open.Push((node.Path, new HashSet<string>(StringComparer.Ordinal)));
        return true;
    }

    /// <summary>Returns the parent's path; the root has the empty text.</summary>
    private static string ParentOf(string path) => path.Length == 1 ? "" : path[..path.LastIndexOf('/')];

    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length && path[directory.Length] == '/'
            && path.StartsWith(directory, StringComparison.Ordinal);
}
