namespace PbsModule.Core.Interop.Files;

/// <summary>
/// An open folder. Its entries are reached relative to it. No member follows a symbolic link below the folder that was
/// opened by path, and no member writes: access times stay unchanged where the platform permits this. Members return
/// failures as the system's error numbers (0 is success) instead of exceptions, because a listing can meet thousands of
/// them.
/// </summary>
internal abstract class Folder : IDisposable
{
    /// <summary>The descriptor of the open folder, or -1 if this kind of folder is only a path.</summary>
    /// <exception cref="ObjectDisposedException">The folder is closed.</exception>
    public virtual int Descriptor => -1;

    /// <summary>Opens a subfolder of this folder.</summary>
    /// <param name="name">A single name in UTF-8.</param>
    /// <param name="child">
    /// A folder of the same kind to reuse, which is closed first, or null. On success, the open folder.
    /// </param>
    public abstract int OpenFolder(ReadOnlySpan<byte> name, ref Folder? child);

    /// <summary>Replaces the list by the entries of this folder, in the order of the system.</summary>
    public abstract int List(EntryList entries);

    /// <summary>
    /// Returns the inode number of a file. On many file systems, it indicates the position of the file on the disk. Not
    /// every platform reports it.
    /// </summary>
    /// <param name="name">The path below this folder in UTF-8, with '/' as separator.</param>
    /// <param name="inode">
    /// The inode number. The largest value if the file does not exist or the platform does not report the number.
    /// </param>
    public virtual int InodeOf(ReadOnlySpan<byte> name, out ulong inode)
    {
        inode = ulong.MaxValue;
        return 0;
    }

    /// <summary>Returns the identity of the entry with a name in this folder. Links are not followed.</summary>
    /// <param name="name">A single name in UTF-8.</param>
    /// <param name="identity">The identity. All zeros if the platform does not report it.</param>
    public abstract int IdentityOf(ReadOnlySpan<byte> name, out FileIdentity identity);

    /// <summary>
    /// Returns the identity and the time of the last change of this folder, as the file system reports them now.
    /// </summary>
    public abstract int StampOf(out FolderStamp stamp);

    /// <summary>Replaces the content by the content of a regular file in this folder.</summary>
    /// <param name="name">A single name in UTF-8.</param>
    /// <param name="content">Receives the bytes.</param>
    /// <param name="limit">The largest accepted size in bytes. A larger file is EFBIG.</param>
    /// <param name="once">
    /// True to treat a read that returns fewer bytes than requested as the end of the file. This is wrong only on a few
    /// remote file systems. Use it for content that has its own check of completeness and is read again if that check
    /// fails.
    /// </param>
    public abstract int ReadFile(ReadOnlySpan<byte> name, FileContent content, int limit, bool once = false);

    /// <summary>Returns the kind of the entry with a name in this folder.</summary>
    public abstract int KindOf(ReadOnlySpan<byte> name, out EntryKind kind);

    /// <summary>
    /// Whether an entry of this folder is spelled exactly as a name. False if the name leads to an entry with another
    /// spelling, which happens on file systems that ignore case. The spelling of a name decides how the name may be
    /// used, so an entry with another spelling must not replace it.
    /// </summary>
    /// <param name="name">A single ASCII name of an entry that was just opened.</param>
    public bool IsSpelled(ReadOnlySpan<byte> name)
    {
        const byte lower = 0x20;
        Span<byte> other = stackalloc byte[name.Length];
        name.CopyTo(other);
        foreach (ref byte letter in other)
        {
            if (char.IsAsciiLetter((char)letter)) letter ^= lower;
        }

        // If the other spelling leads to no entry, as is usual, the file system distinguishes the two.
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
    /// Whether a file system, or a part of one, is mounted at a name in this folder. Also false if the system does not
    /// report it.
    /// </summary>
    /// <param name="name">A single name in UTF-8.</param>
    public virtual bool IsMountPoint(ReadOnlySpan<byte> name) => false;

    /// <summary>Returns the size and times of an entry in this folder.</summary>
    public abstract int StatusOf(ReadOnlySpan<byte> name, out EntryStatus status);

    /// <summary>
    /// Locks the folder itself with <c>flock</c>, without waiting. Closing the folder releases the lock.
    /// </summary>
    /// <returns>
    /// 0 on success, EAGAIN if another holder has the lock, or another error number. Null if a folder of this kind has
    /// no handle to lock.
    /// </returns>
    public virtual int? Lock(LockMode mode) => null;

    /// <summary>
    /// Whether a name in this folder still leads to the folder that was opened by that name. Both folders are of the
    /// same kind.
    /// </summary>
    public virtual bool LeadsTo(ReadOnlySpan<byte> name, Folder child) => false;

    /// <summary>Releases the folder. The object may be reused as the child of <see cref="OpenFolder"/>.</summary>
    public abstract void Close();

    public void Dispose()
    {
        Close();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The method of opening folders on this machine.</summary>
internal abstract class FolderAccess
{
    /// <summary>The fastest method that works on this machine.</summary>
    public static FolderAccess Default { get; } =
        LibC.HasDirectoryCalls ? new NativeFolderAccess() : new PortableFolderAccess();

    /// <summary>The method that uses .NET's own file calls. Works on every platform.</summary>
    public static FolderAccess Portable { get; } = new PortableFolderAccess();

    /// <summary>Opens a folder by its full path. Symbolic links are followed, including the last name.</summary>
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
