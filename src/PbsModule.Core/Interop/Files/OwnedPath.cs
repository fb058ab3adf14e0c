using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Creates files and folders that the daemons of PBS must be able to use afterwards. An entry that still belongs to
/// root never appears under its final name: an entry for another owner is created beside it, gets its owner, and is
/// then renamed.
/// </summary>
internal static class OwnedPath
{
    private const string TemporaryMark = ".tmp_";
    private const int SuffixLength = 6;

    // The largest length in bytes of the first part of a temporary name: NAME_MAX without the mark and the suffix.
    private const int LongestStem = 255 - 5 - SuffixLength;

    /// <summary>
    /// Creates a file unless one with that name exists. Its content is complete as soon as it is visible.
    /// </summary>
    /// <returns>True if this call created the file.</returns>
    /// <exception cref="OsErrorException">The file cannot be created.</exception>
    public static bool TryCreateFile(
        IFileMutations mutations,
        string path,
        int mode,
        FileOwner? owner,
        ReadOnlySpan<byte> content = default)
    {
        if (owner is null && content.IsEmpty) return TryCreateInPlace(mutations, path, mode);
        using SafeFileHandle file = mutations.CreateTemporary(Stem(path), mode, out string temporary);
        try
        {
            if (owner is { } other) mutations.SetOwner(file, other);
            if (!content.IsEmpty) mutations.Write(file, content);
            mutations.RenameNew(temporary, path);
            return true;
        }
        catch (Exception e)
        {
            AtomicFile.Discard(mutations, temporary);
            if (e is OsErrorException os && os.Is(OsError.EEXIST)) return false;
            throw;
        }
    }

    /// <summary>Creates a folder and its missing parents below <paramref name="root"/>, which must exist.</summary>
    /// <exception cref="OsErrorException">A folder cannot be created.</exception>
    public static void EnsureDirectory(IFileMutations mutations, string root, string path, int mode, FileOwner? owner)
    {
        if (path.Length <= root.Length || Directory.Exists(path)) return;
        EnsureDirectory(mutations, root, Path.GetDirectoryName(path)!, mode, owner);
        try
        {
            if (owner is { } other) CreateGivenAway(mutations, path, mode, other);
            else mutations.CreateDirectory(path, mode);
        }
        catch (OsErrorException e) when (e.Errno is OsError.EEXIST or OsError.ENOTEMPTY)
        {
            // Another process created the folder first.
        }
    }

    /// <summary>
    /// Returns the first part of a temporary name: the given path, shortened if the complete name would be too long.
    /// </summary>
    private static string Stem(string path)
    {
        int excess = Encoding.UTF8.GetByteCount(Path.GetFileName(path)) - LongestStem;
        return (excess > 0 ? path[..^excess] : path) + TemporaryMark;
    }

    private static bool TryCreateInPlace(IFileMutations mutations, string path, int mode)
    {
        SafeFileHandle created;
        try
        {
            created = mutations.Open(path, FileCreation.CreateNew, mode);
        }
        catch (OsErrorException e) when (e.Is(OsError.EEXIST))
        {
            return false;
        }

        using (created)
        {
            try
            {
                mutations.SetMode(created, mode);
                return true;
            }
            catch (OsErrorException)
            {
                // The caller gets an error, so the file must not exist.
                AtomicFile.Discard(mutations, path);
                throw;
            }
        }
    }

    private static void CreateGivenAway(IFileMutations mutations, string path, int mode, FileOwner owner)
    {
        string temporary = $"{Stem(path)}{Random.Shared.GetHexString(SuffixLength, lowercase: true)}";
        mutations.CreateDirectory(temporary, mode);
        try
        {
            mutations.SetOwner(temporary, owner);
            mutations.SetMode(temporary, mode);
            mutations.RenameNew(temporary, path);
        }
        catch
        {
            try
            {
                mutations.RemoveDirectory(temporary);
            }
            catch (OsErrorException)
            {
                // The first failure is the one to report.
            }

            throw;
        }
    }
}
