using System.Text;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;

namespace PbsModule.Core.Tasks;

/// <summary>
/// The log a worker writes: a file in PBS's form where that may be written, else lines kept in memory. When the disk
/// fails while the task works, the task goes on and what comes after is kept in memory, in front of which the file ends
/// with a whole line. On a disk that was full, those lines follow when there is room again. Safe on any number of
/// threads.
/// </summary>
internal sealed class TaskLog : IDisposable
{
    // How often lines that found no room are tried again; the last line always is.
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private readonly TaskFolder _folder;
    private readonly Lock _lock = new();
    private readonly List<string> _kept = [];
    private readonly TaskLogTime _text = new();
    private SafeFileHandle? _file;

    // Bytes of whole lines in the file.
    private long _length;
    private long _triedAt;

    private TaskLog(
        TaskFolder folder,
        Upid upid,
        string? path,
        SafeFileHandle? file,
        FileLock? running,
        string? whyInMemory)
    {
        _folder = folder;
        _file = file;
        Upid = upid;
        Path = path;
        Running = running;
        WhyInMemory = whyInMemory;
    }

    public Upid Upid { get; }

    /// <summary>The file; null where there is none.</summary>
    public string? Path { get; }

    /// <summary>The worker's lock on the file, which tells others that it runs.</summary>
    public FileLock? Running { get; }

    /// <summary>Why the log, or the end of it, is in memory only; null where it is all in the file.</summary>
    public string? WhyInMemory { get; private set; }

    /// <summary>Creates the log of a new task, under the first task number that is free.</summary>
    /// <param name="folder">The server's task folder.</param>
    /// <param name="name">The task's name under a given number.</param>
    /// <param name="next">Hands out numbers.</param>
    public static TaskLog Create(TaskFolder folder, Func<ulong, Upid> name, Func<ulong> next)
    {
        Upid upid = name(next());
        if (!Directory.Exists(folder.LogRoot))
        {
            return new TaskLog(folder, upid, null, null, null, $"there is no \"{folder.LogRoot}\"");
        }

        try
        {
            while (true)
            {
                if (folder.LogPath(upid) is not { } path)
                {
                    return new TaskLog(folder, upid, null, null, null, "its name is no file name");
                }

                OwnedPath.EnsureDirectory(
                    folder.Mutations,
                    folder.LogRoot,
                    folder.LogFolder(upid),
                    TaskFolder.FolderMode,
                    folder.Owner);
                if (OwnedPath.TryCreateFile(folder.Mutations, path, TaskFolder.LogMode, folder.Owner))
                {
                    return Open(folder, upid, path);
                }

                // Another runspace of this process has counted as far.
                upid = name(next());
            }
        }
        catch (OsErrorException e)
        {
            return new TaskLog(folder, upid, null, null, null, $"\"{folder.Path}\" cannot be written: {e.Message}");
        }
    }

    /// <summary>Appends a message with the time of now.</summary>
    /// <param name="message">May have several lines.</param>
    /// <param name="isLast">Nothing comes after it.</param>
    /// <returns>That time.</returns>
    public DateTimeOffset Write(string message, bool isLast = false)
    {
        lock (_lock)
        {
            DateTimeOffset now = _folder.Time.GetLocalNow();
            string text = _text.Format(now, message);
            if (_file is null || (_kept.Count > 0 && !isLast && _folder.Time.GetElapsedTime(_triedAt) < Retry))
            {
                Keep(text);
            }
            else Append(_file, text);
            return now;
        }
    }

    /// <summary>The lines kept in memory so far.</summary>
    public IReadOnlyList<string> Kept()
    {
        lock (_lock) return [.. _kept];
    }

    /// <summary>Closes the file and gives up the worker's lock.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
        }

        Running?.Dispose();
    }

    private void Append(SafeFileHandle file, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(_kept.Count == 0 ? text : $"{string.Join('\n', _kept)}\n{text}");
        try
        {
            _folder.Mutations.Write(file, bytes);
            _length += bytes.Length;
            _kept.Clear();
            WhyInMemory = null;
        }
        catch (OsErrorException e)
        {
            _triedAt = _folder.Time.GetTimestamp();
            WhyInMemory = $"\"{Path}\" cannot be written: {e.Message}";
            Keep(text);
            if (TryCut(file) && e.Errno is OsError.ENOSPC or OsError.EDQUOT) return;
            file.Dispose();
            _file = null;
        }
    }

    /// <summary>Takes the beginning of what was not written as a whole out of the file again.</summary>
    private bool TryCut(SafeFileHandle file)
    {
        try
        {
            _folder.Mutations.Truncate(file, _length);
            return true;
        }
        catch (OsErrorException)
        {
            return false;
        }
    }

    /// <summary>Keeps the lines of a text that ends with a line feed.</summary>
    private void Keep(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().TrimEnd('\n');
        if (!rest.Contains('\n'))
        {
            _kept.Add(rest.ToString());
            return;
        }

        foreach (Range line in rest.Split('\n')) _kept.Add(rest[line].ToString());
    }

    private static TaskLog Open(TaskFolder folder, Upid upid, string path)
    {
        SafeFileHandle file = folder.Mutations.Open(path, FileCreation.AppendExisting, 0);
        try
        {
            return new TaskLog(folder, upid, path, file, TaskLogLock.Hold(path), null);
        }
        catch (OsErrorException)
        {
            // A file system without locks: others judge by the process alone, as PBS does.
            return new TaskLog(folder, upid, path, file, null, null);
        }
    }
}
