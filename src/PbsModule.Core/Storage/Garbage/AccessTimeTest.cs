using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Whether the file system of a chunk store keeps access times that are set, which is all that tells chunks in use from garbage. It
/// is tried on a file of our own, whatever the mount options say.
/// </summary>
internal static class AccessTimeTest
{
    /// <summary>Hidden, and no name of a chunk: nobody else cares for it, should it be left behind.</summary>
    private const string FileName = ".access-time-test";

    private const int Mode = 0x180; // 0600
    private const int LongAgo = 30 * 86400;

    // Access times may be kept less finely than the clock's.
    private const int Tolerance = 2;

    /// <summary>Tries it.</summary>
    /// <param name="access">The way folders are opened.</param>
    /// <param name="chunkFolder">Full path of <c>.chunks</c>.</param>
    /// <param name="mutations">The seam.</param>
    /// <returns>What the time is for the file system, Unix seconds: a server of files has a clock of its own.</returns>
    /// <exception cref="PbsConflictException">Times that are set are not kept.</exception>
    /// <exception cref="PbsException">The file cannot be made.</exception>
    public static long Run(FolderAccess access, string chunkFolder, IFileMutations mutations)
    {
        string path = Path.Combine(chunkFolder, FileName);
        try
        {
            Create(mutations, path);
            try
            {
                EntryStatus made = StatusOf(access, chunkFolder);
                long past = made.AccessTime - LongAgo;
                mutations.SetAccessTime(path, past);
                EntryStatus back = StatusOf(access, chunkFolder);
                mutations.TouchAccessTime(path);
                EntryStatus now = StatusOf(access, chunkFolder);
                bool isKept = Math.Abs(back.AccessTime - past) <= Tolerance && now.AccessTime >= made.AccessTime - Tolerance
                    && back.ModificationTime == made.ModificationTime && now.ModificationTime == made.ModificationTime;
                return isKept ? now.AccessTime : throw NotKept(chunkFolder);
            }
            finally
            {
                AtomicFile.Discard(mutations, path);
            }
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.AccessTimesNotKept, $"unable to test the access times of {PathText.Quote(chunkFolder)}", chunkFolder);
        }
    }

    private static void Create(IFileMutations mutations, string path)
    {
        try
        {
            mutations.Open(path, FileCreation.CreateNew, Mode).Dispose();
        }
        catch (OsErrorException e) when (e.Is(OsError.EEXIST))
        {
            // Left behind by a run that was killed.
            mutations.Unlink(path);
            mutations.Open(path, FileCreation.CreateNew, Mode).Dispose();
        }
    }

    private static EntryStatus StatusOf(FolderAccess access, string chunkFolder)
    {
        int error = access.Open(chunkFolder, out Folder? folder);
        if (error != 0) throw new OsErrorException(error, chunkFolder);
        using (folder)
        {
            error = folder!.StatusOf(System.Text.Encoding.ASCII.GetBytes(FileName), out EntryStatus status);
            return error == 0 ? status : throw new OsErrorException(error, chunkFolder);
        }
    }

    private static PbsConflictException NotKept(string chunkFolder) =>
        new(PbsErrorId.AccessTimesNotKept, $"the file system of {PathText.Quote(chunkFolder)} does not keep access times that are set: chunks in use could not be told from garbage", chunkFolder)
        {
            RecommendedAction = "Collect garbage where the datastore lies, on a file system that keeps access times (ext4, XFS, ZFS, Btrfs); the mount options noatime and relatime do no harm.",
        };
}
