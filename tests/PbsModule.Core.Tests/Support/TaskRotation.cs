using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Keeps the archives of finished tasks within bounds, as the daily job of a server does: <c>archive</c> becomes
/// <c>archive.1</c>, that <c>archive.2.zst</c> and so on; logs of tasks that are in no archive any more are removed.
/// </summary>
internal sealed class TaskRotation(TaskFolder folder)
{
    /// <summary>A server rotates an archive that is longer, in bytes.</summary>
    public const long DefaultThreshold = 524_287;

    /// <summary>The files a server keeps, <c>archive</c> among them.</summary>
    public const int DefaultMaxFiles = 20;

    private const int SecondsOfDay = 86_400;

    private static readonly TimeSpan LockLimit = TimeSpan.FromSeconds(10);

    /// <summary>Rotates if the archive has grown, and removes the oldest archives.</summary>
    /// <param name="threshold">Rotate when the archive is longer, in bytes.</param>
    /// <param name="maxFiles">Files to keep; of no account when <paramref name="maxDays"/> is given.</param>
    /// <param name="maxDays">Remove what lies behind the first file that begins with a task that ended longer
    /// ago.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <returns>True if something changed, or the age limit was met.</returns>
    /// <exception cref="PbsLockedException">The lock was not to be had for 10 s.</exception>
    /// <exception cref="PbsStorageException">A file cannot be read or written.</exception>
    public bool Rotate(long threshold, int maxFiles, int? maxDays, CancellationToken cancellation) => Locked(() =>
    {
        bool rotated = File.Exists(folder.Archive) && new FileInfo(folder.Archive).Length > threshold;
        if (rotated) Shift();
        return maxDays is { } days
            ? RemoveOlderThan(folder.Now - ((long)days * SecondsOfDay)) || rotated
            : RemoveBeyond(maxFiles) || rotated;
    }, cancellation);

    /// <summary>Removes the logs of tasks that ended before the oldest one in the archives.</summary>
    /// <returns>How many were removed.</returns>
    /// <exception cref="PbsLockedException">The lock was not to be had for 10 s.</exception>
    /// <exception cref="PbsStorageException">A log cannot be removed.</exception>
    public int RemoveOldLogs(CancellationToken cancellation) => Locked(() =>
    {
        if (TaskArchiveFiles.Paths(folder).LastOrDefault() is not { } oldest || FirstEndTime(oldest) is not { } first)
        {
            return 0;
        }

        DateTime limit = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(first, 0, BackupTime.MaxSeconds)).UtcDateTime;
        int removed = 0;
        for (int number = 0; number <= byte.MaxValue; number++)
        {
            string logs = Path.Combine(folder.Path, number.ToString("X2", CultureInfo.InvariantCulture));
            if (!Directory.Exists(logs)) continue;
            foreach (string log in Directory.EnumerateFiles(logs))
            {
                if (File.GetLastWriteTimeUtc(log) >= limit) continue;
                folder.Mutations.Unlink(log);
                removed++;
            }
        }

        return removed;
    }, cancellation);

    private T Locked<T>(Func<T> work, CancellationToken cancellation)
    {
        try
        {
            using FileLock held = LockFile.TryTake(
                folder.Mutations,
                folder.Lock,
                LockMode.Exclusive,
                folder.Owner,
                new LockWait(LockLimit, folder.Time, cancellation))
                ?? throw new PbsLockedException(
                    PbsErrorId.TaskListLocked,
                    $"unable to acquire lock \"{folder.Lock}\" - held by another process for {LockLimit.TotalSeconds} "
                        + "s",
                    folder.Lock);
            return work();
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, folder.Path).As(
                PbsErrorId.TaskListUnwritable,
                $"unable to rotate task lists in \"{folder.Path}\"",
                folder.Path);
        }
    }

    /// <summary>From the oldest up, so that a crash leaves a gap at worst, never two states of one file.</summary>
    private void Shift()
    {
        string[] files = [.. TaskArchiveFiles.Paths(folder)];
        using var zstd = new ZstdEncoder();
        for (int number = files.Length - 1; number > 0; number--)
        {
            string packed =
                string.Create(CultureInfo.InvariantCulture, $"{folder.Archive}.{number + 1}{TaskListFile.Compressed}");
            if (files[number].EndsWith(TaskListFile.Compressed, StringComparison.Ordinal))
            {
                folder.Mutations.Rename(files[number], packed);
            }
            else Compress(files[number], packed, zstd);
        }

        folder.Mutations.Rename(folder.Archive, folder.Archive + ".1");
    }

    private void Compress(string path, string target, ZstdEncoder zstd)
    {
        byte[] content = File.ReadAllBytes(path);
        byte[] frame = new byte[content.Length + (content.Length >> 7) + 1024];
        if (!zstd.TryEncodeStreaming(content, frame, out int length))
        {
            throw new InvalidOperationException("a zstd frame exceeded its bound");
        }

        AtomicFile.Replace(
            folder.Mutations,
            target,
            frame.AsSpan(0, length),
            TaskFolder.LogMode,
            folder.Owner,
            Durability.Rename);
        folder.Mutations.Unlink(path);
    }

    private bool RemoveBeyond(int maxFiles)
    {
        bool removed = false;

        // After a rotation there is no archive until the next task ends, but its number is taken.
        int number = Math.Max(maxFiles, 1);
        foreach (string path in Numbered(number))
        {
            folder.Mutations.Unlink(path);
            removed = true;
        }

        return removed;
    }

    private bool RemoveOlderThan(long cutoff)
    {
        bool beyond = false;
        foreach (string path in TaskArchiveFiles.Paths(folder).ToArray())
        {
            if (beyond) folder.Mutations.Unlink(path);
            else beyond = FirstEndTime(path) < cutoff;
        }

        return beyond;
    }

    private IEnumerable<string> Numbered(int first)
    {
        for (int number = first; ; number++)
        {
            string plain = string.Create(CultureInfo.InvariantCulture, $"{folder.Archive}.{number}"), packed =
                plain + TaskListFile.Compressed;
            if (!File.Exists(plain) && !File.Exists(packed)) yield break;
            if (File.Exists(plain)) yield return plain;
            if (File.Exists(packed)) yield return packed;
        }
    }

    /// <summary>End of the first task in an archive that can be read, Unix seconds.</summary>
    private static long? FirstEndTime(string path) =>
        TaskListFile.Read(path, TaskDamage.ReadOn, static _ => { }, out _).FirstOrDefault(e =>
            !e.IsRunning)?.State?.EndTime;
}
