using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Removal;

/// <summary>
/// Removes a folder with files that are named one by one, through the seam, each relative to the open folder it lies
/// in: whoever may change the store meanwhile cannot lead us out of it. A folder that holds anything else by then
/// stays,
/// because only an empty one is removed. A file that has just vanished is as good as removed.
/// </summary>
internal static class FolderRemoval
{
    /// <param name="mutations">The seam.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="parent">The folder it lies in.</param>
    /// <param name="path">Full path.</param>
    /// <param name="files">Names of the files, in the order of their removal.</param>
    /// <exception cref="OsErrorException">
    /// Something cannot be removed, or the folder is not empty then; the rest is still there.
    /// </exception>
    public static void Run(IFileMutations mutations, Folder folder, Folder parent, string path,
        IEnumerable<string> files)
    {
        foreach (string name in files) Ignore(OsError.ENOENT, () => mutations.Unlink(folder, Path.Combine(path, name)));
        Ignore(OsError.ENOENT, () => mutations.RemoveDirectory(parent, path));
    }

    private static void Ignore(int errno, Action change)
    {
        try
        {
            change();
        }
        catch (OsErrorException e) when (e.Is(errno))
        {
            // Gone is gone.
        }
    }
}
