using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Updates;

/// <summary>
/// The empty file that keeps a snapshot from being removed. Whoever changes it holds the snapshot's exclusive lock.
/// </summary>
internal static class ProtectionMarker
{
    private const string Name = ".protected";
    private const int Mode = 0x1A4; // 0644

    /// <exception cref="PbsStorageException"><c>could not create protection file: …</c>, <c>could not remove protection
    /// file: …</c></exception>
    public static void Set(IFileMutations mutations, string snapshotFolder, bool isProtected)
    {
        string path = Path.Combine(snapshotFolder, Name);
        try
        {
            if (isProtected) OwnedPath.TryCreateFile(mutations, path, Mode, FileOwner.ForNewFilesIn(snapshotFolder));
            else Remove(mutations, path);
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.ProtectionUnwritable,
                $"could not {(isProtected ? "create" : "remove")} protection file",
                path,
                ": ");
        }
    }

    private static void Remove(IFileMutations mutations, string path)
    {
        try
        {
            mutations.Unlink(path);
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            // Not protected is what was asked for.
        }
    }
}
