using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>Looks for datastores below a folder: pre-order, names ordinal.</summary>
internal sealed class DatastoreSearch(FolderAccess access)
{
    /// <summary>Everybody's file systems have one, and only root may look into it.</summary>
    private const string LostAndFound = "lost+found";

    // The kernel's own trees: endless, and no place for data.
    private static readonly string[] KernelFolders = ["/proc", "/sys", "/dev"];

    private readonly EntryList _entries = new();

    /// <summary>Full paths of the datastores.</summary>
    /// <param name="start">Full path; a symbolic link here is followed.</param>
    /// <param name="depth">Levels below it.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="PbsNotFoundException">There is no such folder.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public IEnumerable<WalkStep<string>> Run(string start, int depth, CancellationToken cancellation)
    {
        int error = access.Open(start, out Folder? opened);
        if (error != 0) throw Refusal(error, start);
        using Folder folder = opened!;
        foreach (WalkStep<string> step in Below(folder, start, depth, cancellation)) yield return step;
    }

    private IEnumerable<WalkStep<string>> Below(Folder folder, string path, int depth, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (IsDatastore(folder))
        {
            yield return path;
            yield break;
        }

        if (depth <= 0) yield break;
        int error = folder.List(_entries);
        if (error != 0)
        {
            if (Problem(error, path) is { } problem) yield return problem;
            yield break;
        }

        foreach (string name in Folders())
        {
            string child = Path.Combine(path, name);
            if (KernelFolders.Contains(child)) continue;
            Folder? opened = null;
            error = folder.OpenFolder(Encoding.UTF8.GetBytes(name), ref opened);
            if (error != 0)
            {
                if (name != LostAndFound && Problem(error, child) is { } problem) yield return problem;
                continue;
            }

            using Folder next = opened!;
            foreach (WalkStep<string> step in Below(next, child, depth - 1, cancellation)) yield return step;
        }
    }

    private static bool IsDatastore(Folder folder) =>
        folder.KindOf(".chunks"u8, out EntryKind chunks) == 0 && chunks is EntryKind.Folder or EntryKind.Link
        && (Has(folder, ".lock"u8, EntryKind.File)
            || Has(folder, "vm"u8, EntryKind.Folder)
            || Has(folder, "ct"u8, EntryKind.Folder)
                || Has(folder, "host"u8, EntryKind.Folder) || Has(folder, "ns"u8, EntryKind.Folder));

    private static bool Has(Folder folder, ReadOnlySpan<byte> name, EntryKind kind) =>
        folder.KindOf(name, out EntryKind found) == 0 && found == kind;

    private List<string> Folders()
    {
        List<string> names = [];
        for (int i = 0; i < _entries.Count; i++)
        {
            if (_entries.Kind(i) != EntryKind.Folder) continue;
            string name = _entries.Text(i, out bool isText);
            if (isText) names.Add(name);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>A folder that cannot be looked into is a pity, no failure of the search.</summary>
    private static ListingProblem? Problem(int error, string path) =>
        WalkProblem.Unreadable(error, path) is { } problem ? problem with { Kind = ListingProblemKind.Warning } : null;

    private static PbsException Refusal(int error, string path) => error switch
    {
        OsError.ENOENT =>
            new PbsNotFoundException(PbsErrorId.FolderNotFound, $"there is no folder {PathText.Quote(path)}", path),
        OsError.ENOTDIR =>
            new PbsArgumentException(PbsErrorId.FolderNotFound, $"{PathText.Quote(path)} is not a folder", path),
        _ => WalkProblem.Unreadable(error, path)!.Exception!,
    };
}
