using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Changes of a file system that all fail in some places, with one error number; elsewhere they are the real ones.</summary>
internal sealed class FailingMutations(int errno, Func<string, bool> fails, bool failsWrites = false) : IFileMutations
{
    private readonly IFileMutations _real = FileMutations.Default;

    /// <summary>Whether writes fail, wherever they go.</summary>
    public bool FailsWrites { get; set; } = failsWrites;

    public SafeFileHandle Open(string path, FileCreation creation, int mode) => At(path).Open(path, creation, mode);

    public SafeFileHandle CreateTemporary(string stem, int mode, out string path) => At(stem).CreateTemporary(stem, mode, out path);

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        if (FailsWrites) throw new OsErrorException(errno, null);
        _real.Write(file, bytes);
    }

    public void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes)
    {
        if (FailsWrites) throw new OsErrorException(errno, null);
        _real.WriteAt(file, offset, bytes);
    }

    public void SetMode(SafeFileHandle file, int mode) => _real.SetMode(file, mode);

    public void SetMode(string path, int mode) => At(path).SetMode(path, mode);

    public void SetOwner(SafeFileHandle file, FileOwner owner) => _real.SetOwner(file, owner);

    public void SetOwner(string path, FileOwner owner) => At(path).SetOwner(path, owner);

    public void Truncate(SafeFileHandle file, long length) => _real.Truncate(file, length);

    public void Sync(SafeFileHandle file) => _real.Sync(file);

    public void SyncDirectory(string path) => At(path).SyncDirectory(path);

    public void SyncFileSystem(string path) => At(path).SyncFileSystem(path);

    public void Rename(string from, string to) => At(to).Rename(from, to);

    public void RenameNew(string from, string to) => At(to).RenameNew(from, to);

    public void Unlink(string path) => At(path).Unlink(path);

    public void Unlink(Folder folder, string path) => At(path).Unlink(folder, path);

    public void CreateDirectory(string path, int mode) => At(path).CreateDirectory(path, mode);

    public void RemoveDirectory(string path) => At(path).RemoveDirectory(path);

    public void RemoveDirectory(Folder folder, string path) => At(path).RemoveDirectory(folder, path);

    public void TouchAccessTime(string path) => At(path).TouchAccessTime(path);

    public void SetAccessTime(string path, long seconds) => At(path).SetAccessTime(path, seconds);

    private IFileMutations At(string path) => fails(path) ? throw new OsErrorException(errno, path) : _real;
}
