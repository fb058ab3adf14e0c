namespace PbsModule.Core.Interop.Files;

/// <summary>
/// An open folder whose entries are reached relative to it. Nothing here follows a symbolic link below the folder that
/// was opened by path, and nothing here writes, not even access times where the platform lets us choose. Failures
/// come back as the system's error numbers (0 is success), because a listing meets them by the thousand.
/// </summary>
internal abstract class Folder : IDisposable
{
    /// <summary>The system's number of the open folder; -1 where a folder is but a path.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public virtual int Descriptor => -1;

    /// <summary>Opens a folder inside of this one.</summary>
    /// <param name="name">One name, UTF-8.</param>
    /// <param name="child">A folder of the same kind to use again, which is closed first, or null; the open folder on
    /// success.</param>
    public abstract int OpenFolder(ReadOnlySpan<byte> name, ref Folder? child);

    /// <summary>Replaces the list by the entries of this folder, in the system's order.</summary>
    public abstract int List(EntryList entries);

    /// <summary>
    /// The number the file system has given a file, which tells where it lies on many; not told on every platform.
    /// </summary>
    /// <param name="name">UTF-8, with '/' below this folder.</param>
    /// <param name="inode">The greatest number where there is no such file, or it is not told.</param>
    public virtual int InodeOf(ReadOnlySpan<byte> name, out ulong inode)
    {
        inode = ulong.MaxValue;
        return 0;
    }

    /// <summary>Tells which file a name in this folder leads to, links not followed.</summary>
    /// <param name="name">One name, UTF-8.</param>
    /// <param name="identity">All zeros where the platform does not say.</param>
    public abstract int IdentityOf(ReadOnlySpan<byte> name, out FileIdentity identity);

    /// <summary>Tells which folder this is and when it was changed last, as the file system knows it now.</summary>
    public abstract int StampOf(out FolderStamp stamp);

    /// <summary>Replaces the content by that of a regular file in this folder.</summary>
    /// <param name="name">One name, UTF-8.</param>
    /// <param name="content">Receives the bytes.</param>
    /// <param name="limit">The most bytes accepted; more is EFBIG.</param>
    /// <param name="once">
    /// True to take a read that falls short for the end of the file. It is, but on a few remote file systems: for
    /// content that proves itself to be whole, and is read again where it does not.
    /// </param>
    public abstract int ReadFile(ReadOnlySpan<byte> name, FileContent content, int limit, bool once = false);

    /// <summary>What a name in this folder is.</summary>
    public abstract int KindOf(ReadOnlySpan<byte> name, out EntryKind kind);

    /// <summary>
    /// False for a name that leads to an entry spelled otherwise, as on a file system that does not tell upper from
    /// lower case. What a name may be used for is decided by its spelling, so no other may stand in for it.
    /// </summary>
    /// <param name="name">One name of ASCII, of an entry that was just opened.</param>
    public bool IsSpelled(ReadOnlySpan<byte> name)
    {
        const byte lower = 0x20;
        Span<byte> other = stackalloc byte[name.Length];
        name.CopyTo(other);
        foreach (ref byte letter in other)
        {
            if (char.IsAsciiLetter((char)letter)) letter ^= lower;
        }

        // Where the other spelling leads nowhere, as nearly always, the two are told apart.
        if (other.SequenceEqual(name) || KindOf(other, out _) != 0) return true;
        var entries = new EntryList();
        if (List(entries) != 0) return true;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Name(i).SequenceEqual(name)) return true;
        }

        return false;
    }

    /// <summary>
    /// Whether a file system or a part of one is mounted at a name in this folder; false also where the system does
    /// not tell.
    /// </summary>
    /// <param name="name">One name, UTF-8.</param>
    public virtual bool IsMountPoint(ReadOnlySpan<byte> name) => false;

    /// <summary>Size and times of an entry in this folder.</summary>
    public abstract int StatusOf(ReadOnlySpan<byte> name, out EntryStatus status);

    /// <summary>
    /// Locks the folder itself as <c>flock</c> does, without waiting; the lock ends when the folder is closed.
    /// </summary>
    /// <returns>0, EAGAIN where somebody else holds it, or what else is in the way; null where a folder of this kind
    /// has no handle to lock.</returns>
    public virtual int? Lock(LockMode mode) => null;

    /// <summary>Whether a name in this folder still leads to a folder of the same kind that was opened by it.</summary>
    public virtual bool LeadsTo(ReadOnlySpan<byte> name, Folder child) => false;

    /// <summary>Gives the folder back to the system; the object may be used again as a child to open.</summary>
    public abstract void Close();

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The way folders are opened on this machine.</summary>
internal abstract class FolderAccess
{
    /// <summary>The fastest that works here.</summary>
    public static FolderAccess Default { get; } =
        LibC.HasDirectoryCalls ? new NativeFolderAccess() : new PortableFolderAccess();

    /// <summary>Through .NET's own file calls, on every platform.</summary>
    public static FolderAccess Portable { get; } = new PortableFolderAccess();

    /// <summary>Opens a folder by its full path; symbolic links on the way, and the last one, are followed.</summary>
    public abstract int Open(string path, out Folder? folder);

    private sealed class NativeFolderAccess : FolderAccess
    {
        public override int Open(string path, out Folder? folder) => NativeFolder.Open(path, out folder);
    }

    private sealed class PortableFolderAccess : FolderAccess
    {
        public override int Open(string path, out Folder? folder) => PortableFolder.Open(path, out folder);
    }
}
