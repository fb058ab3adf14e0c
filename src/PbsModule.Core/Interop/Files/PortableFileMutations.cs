using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// Makes changes with .NET alone, for Windows and macOS. A datastore there is a copy or belongs to another machine, and
/// is changed only if the caller forces it. Owners are not set. Modes are set only if the system has them.
/// </summary>
internal sealed class PortableFileMutations : IFileMutations
{
    public SafeFileHandle Open(string path, FileCreation creation, int mode) => Try(path, () =>
    {
        FileMode how = creation switch
        {
            FileCreation.CreateNew => FileMode.CreateNew,
            FileCreation.CreateOrTruncate => FileMode.Create,
            _ => FileMode.Open,
        };
        FileAccess access = creation == FileCreation.OpenExisting ? FileAccess.ReadWrite : FileAccess.Write;
        SafeFileHandle file = File.OpenHandle(path, how, access, FileShare.ReadWrite | FileShare.Delete);
        if (how == FileMode.CreateNew) EnsureMode(file, path, mode);
        return file;
    });

    public SafeFileHandle CreateTemporary(string stem, int mode, out string path)
    {
        string name = path = stem + Path.GetRandomFileName()[..6];
        return Open(name, FileCreation.CreateNew, mode);
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        // Callers of this method start with an empty file or append, so the position is always the end.
        try
        {
            RandomAccess.Write(file, bytes, RandomAccess.GetLength(file));
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, null);
        }
    }

    public void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(file, bytes, offset);
        }
        catch (Exception e) when (OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, null);
        }
    }

    public void SetMode(SafeFileHandle file, int mode) => Try(null, () =>
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, (UnixFileMode)mode);
    });

    public void SetMode(string path, int mode) => Try(path, () =>
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)mode);
    });

    public void SetOwner(SafeFileHandle file, FileOwner owner)
    {
    }

    public void SetOwner(string path, FileOwner owner)
    {
    }

    public void Truncate(SafeFileHandle file, long length) => Try(null, () => RandomAccess.SetLength(file, length));

    public void Sync(SafeFileHandle file) => Try(null, () => RandomAccess.FlushToDisk(file));

    public void SyncDirectory(string path)
    {
    }

    public void SyncFileSystem(string path)
    {
    }

    public void Rename(string from, string to) => Try(to, () =>
    {
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to, overwrite: true);
    });

    public void RenameNew(string from, string to) => Try(to, () =>
    {
        if (Directory.Exists(from)) Directory.Move(from, to);
        else File.Move(from, to);
    });

    public void Unlink(string path) => Try(path, () =>
    {
        // File.Delete does not fail if the file is missing, but callers need this error.
        if (!File.Exists(path)) throw new FileNotFoundException();
        File.Delete(path);
    });

    public void Unlink(Folder folder, string path) => Unlink(path);

    public void CreateDirectory(string path, int mode) => Try(path, () =>
    {
        if (Directory.Exists(path)) throw new OsErrorException(OsError.EEXIST, path);
        if (!Directory.Exists(Path.GetDirectoryName(path))) throw new DirectoryNotFoundException();
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, (UnixFileMode)mode);
    });

    public void RemoveDirectory(string path) => Try(path, () => Directory.Delete(path));

    public void RemoveDirectory(Folder folder, string path) => RemoveDirectory(path);

    public void TouchAccessTime(string path) => Try(path, () => File.SetLastAccessTimeUtc(path, DateTime.UtcNow));

    public void SetAccessTime(string path, long seconds) =>
        Try(path, () => File.SetLastAccessTimeUtc(path, DateTime.UnixEpoch.AddSeconds(seconds)));

    private void EnsureMode(SafeFileHandle file, string path, int mode)
    {
        try
        {
            SetMode(file, mode);
        }
        catch (OsErrorException)
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }
    }

    private static void Try(string? path, Action change) => Try(path, () =>
    {
        change();
        return true;
    });

    private static T Try<T>(string? path, Func<T> change)
    {
        try
        {
            return change();
        }
        catch (Exception e) when (e is not OsErrorException && OsError.TryFrom(e, out int errno))
        {
            throw new OsErrorException(errno, path);
        }
    }
}
