using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>What happens at the chosen change of the file system.</summary>
internal enum Fault
{
    None,

    /// <summary>The process is gone: neither this change nor any after it takes place.</summary>
    Killed,

    /// <summary>As <see cref="Killed"/>, with half of the bytes written where the change is a write.</summary>
    KilledHalfWritten,

    /// <summary>The change fails for lack of space (a write after half of it); the process lives and may clean up.</summary>
    DiskFull,
}

/// <summary>The process died in this test.</summary>
internal sealed class KilledException : Exception;

/// <summary>The real changes, counted and written down, with a fault at one of them.</summary>
internal sealed class RecordedMutations(Fault fault = Fault.None, int failAt = 0) : IFileMutations
{
    private readonly IFileMutations _real = FileMutations.Default;
    private readonly Lock _lock = new();
    private int _count;
    private bool _dead;

    /// <summary>The changes in order, one word and the file's name each.</summary>
    public List<string> Changes { get; } = [];

    /// <summary>Changes, as in <see cref="Changes"/>, that are said to be made and are not.</summary>
    public Func<string, bool> Swallows { get; init; } = static _ => false;

    /// <summary>Called before each change, with its number: what somebody else does just then.</summary>
    public Action<int>? Before { get; init; }

    /// <summary>True once the fault has happened.</summary>
    public bool Failed { get; private set; }

    /// <summary>
    /// Runs a scenario with the fault at its first change, its second, and so on until it gets through, and looks at what is left
    /// each time.
    /// </summary>
    /// <param name="fault">What happens.</param>
    /// <param name="prepare">Lays out the folder as it is before.</param>
    /// <param name="act">Works in it through the seam.</param>
    /// <param name="check">Looks at what is left; told whether the work got through.</param>
    /// <returns>The number of changes the whole scenario makes.</returns>
    public static int AtEachChange(Fault fault, Action<TemporaryFolder> prepare, Action<TemporaryFolder, IFileMutations> act, Action<TemporaryFolder, bool> check)
    {
        for (int n = 1; ; n++)
        {
            using var folder = new TemporaryFolder();
            prepare(folder);
            var mutations = new RecordedMutations(fault, n);
            bool done = false;
            try
            {
                act(folder, mutations);
                done = true;
            }
            catch (Exception e) when (mutations.Failed && (e is KilledException or OsErrorException or PbsException))
            {
                // As intended.
            }

            check(folder, done);
            if (!mutations.Failed) return n - 1;
        }
    }

    public SafeFileHandle Open(string path, FileCreation creation, int mode) => Step($"open {Name(path)} {creation}", () => _real.Open(path, creation, mode));

    public SafeFileHandle CreateTemporary(string stem, int mode, out string path)
    {
        string name = "";
        SafeFileHandle file = Step($"temporary {Name(stem)} {Convert.ToString(mode, 8)}", () => _real.CreateTemporary(stem, mode, out name));
        path = name;
        return file;
    }

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes)
    {
        byte[] all = bytes.ToArray();
        Step("write", () => _real.Write(file, all), () => _real.Write(file, all.AsSpan(0, all.Length / 2)));
    }

    public void WriteAt(SafeFileHandle file, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] all = bytes.ToArray();
        Step("write", () => _real.WriteAt(file, offset, all), () => _real.WriteAt(file, offset, all.AsSpan(0, all.Length / 2)));
    }

    public void SetMode(SafeFileHandle file, int mode) => Step($"mode {Convert.ToString(mode, 8)}", () => _real.SetMode(file, mode));

    public void SetMode(string path, int mode) => Step($"mode {Name(path)} {Convert.ToString(mode, 8)}", () => _real.SetMode(path, mode));

    public void SetOwner(SafeFileHandle file, FileOwner owner) => Step($"owner {owner.User}:{owner.Group}", () => _real.SetOwner(file, owner));

    public void SetOwner(string path, FileOwner owner) => Step($"owner {Name(path)} {owner.User}:{owner.Group}", () => _real.SetOwner(path, owner));

    public void Truncate(SafeFileHandle file, long length) => Step("truncate", () => _real.Truncate(file, length));

    public void Sync(SafeFileHandle file) => Step("sync", () => _real.Sync(file));

    public void SyncDirectory(string path) => Step($"sync {Name(path)}", () => _real.SyncDirectory(path));

    public void SyncFileSystem(string path) => Step("sync file system", () => _real.SyncFileSystem(path));

    public void Rename(string from, string to) => Step($"rename {Name(to)}", () => _real.Rename(from, to));

    public void RenameNew(string from, string to) => Step($"rename new {Name(to)}", () => _real.RenameNew(from, to));

    public void Unlink(string path) => Step($"unlink {Name(path)}", () => _real.Unlink(path));

    public void Unlink(Folder folder, string path) => Step($"unlink {Name(path)}", () => _real.Unlink(folder, path));

    public void CreateDirectory(string path, int mode) => Step($"mkdir {Name(path)}", () => _real.CreateDirectory(path, mode));

    public void RemoveDirectory(string path) => Step($"rmdir {Name(path)}", () => _real.RemoveDirectory(path));

    public void RemoveDirectory(Folder folder, string path) => Step($"rmdir {Name(path)}", () => _real.RemoveDirectory(folder, path));

    public void TouchAccessTime(string path) => Step($"touch {Name(path)}", () => _real.TouchAccessTime(path));

    public void SetAccessTime(string path, long seconds) => Step($"access time {Name(path)}", () => _real.SetAccessTime(path, seconds));

    private static string Name(string path)
    {
        string name = Path.GetFileName(path);
        int random = name.IndexOf(".tmp_", StringComparison.Ordinal);
        return random < 0 ? name : name[..random] + ".tmp";
    }

    private void Step(string change, Action real, Action? half = null) => Step(change, () =>
    {
        if (!Swallows(change)) real();
        return true;
    }, half);

    private T Step<T>(string change, Func<T> real, Action? half = null)
    {
        lock (_lock)
        {
            if (_dead) throw new KilledException();
            Changes.Add(change);
            Before?.Invoke(Changes.Count);
            if (++_count != failAt || fault == Fault.None) return real();
            Failed = true;
            if (fault != Fault.Killed) half?.Invoke();
            if (fault == Fault.DiskFull) throw new OsErrorException(OsError.ENOSPC, null);
            _dead = true;
            throw new KilledException();
        }
    }
}
