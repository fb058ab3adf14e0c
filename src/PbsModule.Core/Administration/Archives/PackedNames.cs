namespace PbsModule.Core.Administration;

/// <summary>
/// The names in a pack, for a walk that comes to each directory before its content. A name comes once in a directory,
/// restored: of a link and a directory of one name, whatever unpacks them writes the content of the directory to where
/// the link leads.
/// </summary>
internal sealed class PackedNames
{
    private readonly Stack<(string Path, HashSet<string> Names)> _open = [];

    /// <param name="top">What is packed.</param>
    public PackedNames(ArchiveNode top) =>
        _open.Push((ParentOf(top.Path), new HashSet<string>(StringComparer.Ordinal)));

    /// <summary>
    /// Whether an entry lies in a directory that was refused; then so is the entry, and that was reported with the
    /// directory.
    /// </summary>
    public bool IsBelowRefused(ArchiveNode node)
    {
        while (!IsBelow(node.Path, _open.Peek().Path)) _open.Pop();
        return _open.Peek().Path != ParentOf(node.Path);
    }

    /// <summary>False where the directory of an entry has its name already.</summary>
    public bool TryTake(ArchiveNode node)
    {
        if (!_open.Peek().Names.Add(node.Path)) return false;
        if (node.Entry.IsDirectory) _open.Push((node.Path, new HashSet<string>(StringComparer.Ordinal)));
        return true;
    }

    /// <summary>The root is the empty text.</summary>
    private static string ParentOf(string path) => path.Length == 1 ? "" : path[..path.LastIndexOf('/')];

    private static bool IsBelow(string path, string directory) =>
        path.Length > directory.Length && path[directory.Length] == '/'
            && path.StartsWith(directory, StringComparison.Ordinal);
}
