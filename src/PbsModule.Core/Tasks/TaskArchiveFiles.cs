using System.Globalization;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tasks;

/// <summary>
/// The archives of finished tasks, the newest first: <c>archive</c>, <c>archive.1</c>, <c>archive.2.zst</c> … up to the
/// first number that is missing. They are opened together, so that a rotation meanwhile shifts nothing under the
/// reader.
/// </summary>
internal sealed class TaskArchiveFiles(TaskFolder folder) : IDisposable
{
    private readonly List<(string Path, SafeFileHandle? File, OsErrorException? Error)> _files = [];

    /// <summary>Paths of the archives that are there; a plain file hides a compressed one of its number.</summary>
    public static IEnumerable<string> Paths(TaskFolder folder)
    {
        string path = folder.Archive;
        for (int number = 1; File.Exists(path); number++)
        {
            yield return path;
            string plain = string.Create(CultureInfo.InvariantCulture, $"{folder.Archive}.{number}");
            path = File.Exists(plain) ? plain : plain + TaskListFile.Compressed;
        }
    }

    public void Open()
    {
        foreach (string path in Paths(folder))
        {
            try
            {
                _files.Add((path, NativeFile.OpenRead(path), null));
            }
            catch (OsErrorException e)
            {
                _files.Add((path, null, e));
            }
        }
    }

    /// <summary>The entries, last to first in each file.</summary>
    public IEnumerable<TaskListEntry> Read(TaskDamage damage, Action<ListingProblem> report)
    {
        foreach ((string path, SafeFileHandle? file, OsErrorException? error) in _files)
        {
            PbsException? failure = error is null ? null : TaskListFile.Unreadable(path, error);
            IEnumerable<TaskListEntry> entries = file is null ? []
                : damage == TaskDamage.ReadOn ? TaskListFile.ReadFromEnd(path, file, report, out failure)
                : Reversed(TaskListFile.Read(path, file, damage, report, out failure));
            if (failure is not null)
            {
                report(new ListingProblem(failure.ErrorId, failure.Message, path, ListingProblemKind.Error, failure));
            }

            foreach (TaskListEntry entry in entries) yield return entry;
            if (failure is not null && damage == TaskDamage.AsServer) yield break;
        }
    }

    private static List<TaskListEntry> Reversed(List<TaskListEntry> entries)
    {
        entries.Reverse();
        return entries;
    }

    public void Dispose()
    {
        foreach ((_, SafeFileHandle? file, _) in _files) file?.Dispose();
    }
}
