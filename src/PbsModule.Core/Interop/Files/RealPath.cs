namespace PbsModule.Core.Interop.Files;

/// <summary>Resolves symbolic links in paths.</summary>
internal static class RealPath
{
    private const int MostLinks = 40;

    /// <summary>
    /// Returns the path with every symbolic link replaced by its target. Returns the path unchanged if it cannot be
    /// resolved.
    /// </summary>
    /// <param name="path">The full path. It need not exist.</param>
    public static string Of(string path)
    {
        try
        {
            int links = 0;
            return Resolve(path, ref links);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return path;
        }
    }

    private static string Resolve(string path, ref int links)
    {
        if (Path.GetDirectoryName(path) is not { } parent) return path;
        string here = Path.Combine(Resolve(parent, ref links), Path.GetFileName(path));
        FileSystemInfo info = new DirectoryInfo(here);
        if (info.LinkTarget is not { } target || ++links > MostLinks) return here;
        return Resolve(Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, target)), ref links);
    }
}
