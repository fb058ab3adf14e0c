using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Creates files and folders that the daemons of PBS must be able to use afterwards. Under its own name nothing is ever
/// to be seen that still belongs to root: what must be given away is made beside it, given away, and only then named.
/// </summary>
internal static class OwnedPath
{
    private const string TemporaryMark = ".tmp_";
    private const int SuffixLength = 6;

    // Of NAME_MAX bytes, without the mark and what follows it.
    private const int LongestStem = 255 - 5 - SuffixLength;

    /// <summary>
    /// Creates a file unless there is one of that name; it has all of its content as soon as it is to be seen.
    /// </summary>
    /// <returns>True if it was created here.</returns>
    /// <exception cref="OsErrorException">It cannot be created.</exception>
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

    /// <summary>
    /// Creates a folder and those above it, as far down as <paramref name="root"/>, which must exist.
    /// </summary>
    /// <exception cref="OsErrorException">One cannot be created.</exception>
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
            // Somebody else was faster, which is as good.
        }
    }

    /// <summary>
    /// What a temporary name begins with: that of the path, cut where the whole would be longer than names may be.
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
                // Who is told that it could not be made must not find it made.
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
                // The first failure is the one to tell of.
            }

            throw;
        }
    }
}
