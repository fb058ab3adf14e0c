using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Removal;

/// <summary>
/// The content of a snapshot folder as a removal sees it. Every regular file is part of the snapshot, nothing else is.
/// </summary>
internal static class SnapshotContent
{
    /// <summary>Lists the files of a snapshot.</summary>
    /// <param name="folder">The snapshot's folder, open.</param>
    /// <param name="path">Full path of the folder.</param>
    /// <param name="entries">The list to use.</param>
    /// <param name="foreign">Receives what is no regular file of the snapshot.</param>
    /// <returns>Names of the files, in the system's order.</returns>
    /// <exception cref="OsErrorException">The folder cannot be listed.</exception>
    public static List<string> Files(Folder folder, string path, EntryList entries, List<ForeignEntry> foreign)
    {
        int error = folder.List(entries);

        // A folder that was removed while it is open lists nothing, and says so on some file systems.
        if (error is not (0 or OsError.ENOENT)) throw new OsErrorException(error, path);
        List<string> files = [];
        for (int i = 0; i < entries.Count; i++)
        {
            string name = entries.Text(i, out bool isText);
            string? what = Refuse(folder, entries, i, isText);
            if (what is null) files.Add(name);
            else foreign.Add(new ForeignEntry(Path.Combine(path, name), what));
        }

        return files;
    }

    /// <summary>Lists the files of a snapshot that can be removed with its folder.</summary>
    /// <exception cref="PbsConflictException">The folder holds something else as well.</exception>
    /// <exception cref="OsErrorException">The folder cannot be listed.</exception>
    public static List<string> DemandFiles(Folder folder, string path)
    {
        List<ForeignEntry> foreign = [];
        List<string> files = Files(folder, path, new EntryList(), foreign);
        return foreign.Count == 0
            ? files
            : throw ForeignEntry.Refusal($"backup snapshot {PathText.Quote(path)}", path, foreign);
    }

    private static string? Refuse(Folder folder, EntryList entries, int index, bool isText)
    {
        EntryKind kind = entries.Kind(index);
        if (!isText) return $"{ForeignEntry.Describe(kind)} whose name is not UTF-8";
        if (folder.IsMountPoint(entries.Name(index))) return "a mount point";
        return kind == EntryKind.File ? null : ForeignEntry.Describe(kind);
    }
}
