using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Whether the file system of a chunk store keeps access times that are set, which is all that tells chunks in use from
/// garbage. It is tried on a file of our own, whatever the mount options say; on a disk too full for one, which is when
/// garbage must go, on a chunk.
/// </summary>
internal static class AccessTimeTest
{
    /// <summary>Hidden, and no name of a chunk: nobody else cares for it, should it be left behind.</summary>
    private const string FileName = ".access-time-test";

    private const int Mode = 0x180; // 0600
    private const int LongAgo = 30 * 86400;

    // Access times may be kept less finely than the clock's.
    private const int Tolerance = 2;

    // Chunks to choose the oldest of.
    private const int Choice = 16;

    /// <summary>Tries it.</summary>
    /// <param name="access">The way folders are opened.</param>
    /// <param name="chunkFolder">Full path of <c>.chunks</c>.</param>
    /// <param name="mutations">The seam.</param>
    /// <param name="again">It was tried a while ago: only the time is asked for.</param>
    /// <returns>What the time is for the file system, Unix seconds: a server of files has a clock of its own.</returns>
    /// <exception cref="PbsConflictException">Times that are set are not kept.</exception>
    /// <exception cref="PbsException">The file cannot be made.</exception>
    public static long Run(FolderAccess access, string chunkFolder, IFileMutations mutations, bool again = false)
    {
        string path = Path.Combine(chunkFolder, FileName);
        try
        {
            if (!TryCreate(mutations, path, out OsErrorException? full))
            {
                return RunOnChunk(access, chunkFolder, mutations, again) ?? throw full;
            }

            try
            {
                EntryStatus made = StatusOf(access, chunkFolder);
                long past = made.AccessTime - LongAgo;
                mutations.SetAccessTime(path, past);
                EntryStatus back = StatusOf(access, chunkFolder);
                mutations.TouchAccessTime(path);
                EntryStatus now = StatusOf(access, chunkFolder);
                bool isKept =
                    Math.Abs(back.AccessTime - past) <= Tolerance && now.AccessTime >= made.AccessTime - Tolerance
                        && back.ModificationTime == made.ModificationTime
                            && now.ModificationTime == made.ModificationTime;
                return isKept ? now.AccessTime : throw NotKept(chunkFolder);
            }
            finally
            {
                AtomicFile.Discard(mutations, path);
            }
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.AccessTimesNotKept,
                $"unable to test the access times of {PathText.Quote(chunkFolder)}",
                chunkFolder);
        }
    }

    /// <returns>False where there is no room for it.</returns>
    private static bool TryCreate(
        IFileMutations mutations,
        string path,
        [NotNullWhen(false)] out OsErrorException? full)
    {
        full = null;
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
        catch (OsErrorException e) when (e.Errno is OsError.ENOSPC or OsError.EDQUOT)
        {
            full = e;
        }

        return full is null;
    }

    /// <summary>
    /// Touches the oldest of a few chunks, which makes it stay a day longer if it is garbage; for the time alone the
    /// youngest, which stays anyway. Null where there is none.
    /// </summary>
    private static long? RunOnChunk(FolderAccess access, string chunkFolder, IFileMutations mutations, bool again)
    {
        var choice = new ChosenChunk { IsYoungest = again };
        using (var enough = new CancellationTokenSource())
        {
            choice.Enough = enough;
            try
            {
                new ChunkFolderScan(access, chunkFolder).Run<Chooser>([new Chooser(choice)], enough.Token);
            }
            catch (OperationCanceledException)
            {
                // Enough were seen.
            }
        }

        if (choice.Path is not { } path) return null;
        using Folder folder = Open(access, chunkFolder);
        for (int tries = 0; ; tries++)
        {
            mutations.TouchAccessTime(Path.Combine(chunkFolder, path));
            int error = folder.StatusOf(System.Text.Encoding.ASCII.GetBytes(path), out EntryStatus now);
            if (error != 0) throw new OsErrorException(error, path);
            bool isMoved = now.AccessTime >= choice.Status.AccessTime + (again ? 0 : Tolerance + 1);
            if (isMoved && now.ModificationTime == choice.Status.ModificationTime) return now.AccessTime;

            // Even the oldest was touched a moment ago, by a collection before this one: wait until a touch makes a
            // difference.
            bool isRecent = Math.Abs(TimeProvider.System
                .GetUtcNow()
                .ToUnixTimeSeconds() - choice.Status.AccessTime) <= 2 * Tolerance;
            if (again || !isRecent || tries > 2 * Tolerance) throw NotKept(chunkFolder);
            Thread.Sleep(TimeSpan.FromSeconds(1));
        }
    }

    private static EntryStatus StatusOf(FolderAccess access, string chunkFolder)
    {
        using Folder folder = Open(access, chunkFolder);
        int error = folder.StatusOf(System.Text.Encoding.ASCII.GetBytes(FileName), out EntryStatus status);
        return error == 0 ? status : throw new OsErrorException(error, chunkFolder);
    }

    private static Folder Open(FolderAccess access, string chunkFolder)
    {
        int error = access.Open(chunkFolder, out Folder? folder);
        return error == 0 ? folder! : throw new OsErrorException(error, chunkFolder);
    }

    private static PbsConflictException NotKept(string chunkFolder) =>
        new(
            PbsErrorId.AccessTimesNotKept,
            $"the file system of {PathText.Quote(chunkFolder)} does not keep access times that are set: chunks in use "
                + "could not be told from garbage",
            chunkFolder)
        {
            RecommendedAction = "Collect garbage where the datastore lies, on a file system that keeps access times "
                + "(ext4, XFS, ZFS, Btrfs); the mount options noatime and relatime do no harm.",
        };

    private sealed class ChosenChunk
    {
        public CancellationTokenSource? Enough { get; set; }

        public bool IsYoungest { get; init; }

        public int Seen { get; set; }

        /// <summary>Below the chunk folder.</summary>
        public string? Path { get; set; }

        public EntryStatus Status { get; set; }
    }

    private readonly struct Chooser(ChosenChunk choice) : IChunkVisitor
    {
        public void Visit(in ChunkFile file)
        {
            if (choice.Path is null || choice.IsYoungest == file.Status.AccessTime > choice.Status.AccessTime)
            {
                (choice.Path, choice.Status) = (file.RelativePath, file.Status);
            }

            choice.Seen++;
        }

        public void Leave(int prefix)
        {
            if (choice.Seen >= Choice) choice.Enough!.Cancel();
        }

        public void Unreadable(string path, int error) => throw new OsErrorException(error, path);
    }
}
