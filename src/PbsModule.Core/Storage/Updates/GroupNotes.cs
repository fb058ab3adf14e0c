using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Updates;

/// <summary>Writes the <c>notes</c> file of a backup group: all of it is the text.</summary>
internal static class GroupNotes
{
    private const string Name = "notes";
    private const int Mode = 0x1A4; // 0644

    /// <param name="mutations">The seam.</param>
    /// <param name="groupFolder">Full path of the group's folder, which must exist.</param>
    /// <param name="text">The new text; an empty one is kept as an empty file.</param>
    /// <exception cref="PbsStorageException">It cannot be written; the old text stands.</exception>
    public static void Replace(IFileMutations mutations, string groupFolder, string text)
    {
        string path = Path.Combine(groupFolder, Name);
        try
        {
            AtomicFile.Replace(
                mutations,
                path,
                Encoding.UTF8.GetBytes(text),
                Mode,
                FileOwner.ForNewFilesIn(groupFolder),
                Durability.Rename);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.NotesUnwritable, $"unable to write notes \"{path}\"", path);
        }
    }
}
