using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Updates;

/// <summary>Writes the <c>owner</c> file of a backup group: one authid and a line feed.</summary>
internal static class OwnerFile
{
    private const string Name = "owner";
    private const int Mode = 0x1A4; // 0644

    /// <summary>Gives a new group its owner; false if it has one.</summary>
    /// <param name="mutations">The seam.</param>
    /// <param name="groupFolder">Full path of the group's folder.</param>
    /// <param name="owner">The owner.</param>
    /// <exception cref="PbsStorageException"><c>unable to create owner file …</c></exception>
    public static bool TryCreate(IFileMutations mutations, string groupFolder, Authid owner)
    {
        string path = Path.Combine(groupFolder, Name);
        try
        {
            return OwnedPath.TryCreateFile(mutations, path, Mode, FileOwner.ForNewFilesIn(groupFolder), Content(owner));
        }
        catch (OsErrorException e)
        {
            throw Failed(e, path);
        }
    }

    /// <summary>
    /// Gives a group another owner. PBS 3.2.4 writes the file in place, which a crash can leave empty and the group
    /// hidden; here it is replaced and synced.
    /// </summary>
    /// <exception cref="PbsStorageException"><c>unable to create owner file …</c>, also where there is no such
    /// group.</exception>
    public static void Replace(IFileMutations mutations, string groupFolder, Authid owner)
    {
        string path = Path.Combine(groupFolder, Name);
        try
        {
            AtomicFile.Replace(
                mutations,
                path,
                Content(owner),
                Mode,
                FileOwner.ForNewFilesIn(groupFolder),
                Durability.Synced);
        }
        catch (OsErrorException e)
        {
            throw Failed(e, path);
        }
    }

    private static byte[] Content(Authid owner) => Encoding.UTF8.GetBytes($"{owner}\n");

    private static PbsException Failed(OsErrorException cause, string path) =>
        cause.As(PbsErrorId.OwnerUnwritable, $"unable to create owner file \"{path}\"", path);
}
