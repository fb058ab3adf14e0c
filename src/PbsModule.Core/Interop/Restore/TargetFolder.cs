using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Restore;

/// <summary>
/// An open folder of a tree that is being written. Entries are created and reached by one name relative to it. No link
/// is followed below the folder that was opened by path, so nothing is written through a link that an archive creates.
/// Members return failures as the system's error numbers (0 is success). A test can replace the class and make any call
/// fail.
/// </summary>
internal abstract class TargetFolder : TargetEntry
{
    /// <summary>Whether names that differ only in case are the same name here.</summary>
    public abstract bool IgnoresCase { get; }

    /// <summary>Returns the reason why a name cannot be used here, or null if it can.</summary>
    public abstract string? Refuse(ReadOnlySpan<byte> name);

    /// <summary>Returns the status of the entry with a name. ENOENT if there is none.</summary>
    public abstract int Look(ReadOnlySpan<byte> name, out TargetStatus status);

    public abstract int OpenFolder(ReadOnlySpan<byte> name, out TargetFolder? child);

    /// <summary>Creates a folder that only the current account can access. An existing entry is EEXIST.</summary>
    public abstract int CreateFolder(ReadOnlySpan<byte> name);

    /// <summary>Creates an empty file that only the current account can access.</summary>
    public abstract int CreateFile(ReadOnlySpan<byte> name, out TargetFile? file);

    public abstract int CreateSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target);

    /// <summary>Creates a device, fifo or socket.</summary>
    /// <param name="name">The name of the new entry.</param>
    /// <param name="mode">The kind and permissions. It grants nothing to other accounts.</param>
    /// <param name="major">The major number of a device.</param>
    /// <param name="minor">The minor number of a device.</param>
    public abstract int CreateNode(ReadOnlySpan<byte> name, uint mode, ulong major, ulong minor);

    /// <summary>Creates a hard link in this folder to a file of another folder.</summary>
    public abstract int CreateHardLink(ReadOnlySpan<byte> name, TargetFolder from, ReadOnlySpan<byte> existing);

    /// <summary>Gives an entry of this folder its final name.</summary>
    /// <param name="from">The current name.</param>
    /// <param name="to">The new name.</param>
    /// <param name="replace">Whether to replace a file with that name. Otherwise, it is EEXIST.</param>
    public abstract int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool replace);

    /// <summary>Removes an entry that is not a folder.</summary>
    public abstract int Remove(ReadOnlySpan<byte> name);

    /// <summary>Opens an entry that is neither a file nor a folder, to set its metadata.</summary>
    public abstract int OpenEntry(ReadOnlySpan<byte> name, out TargetEntry? entry);
}

/// <summary>A file that is being written.</summary>
internal abstract class TargetFile : TargetEntry
{
    /// <summary>Writes all bytes at an offset.</summary>
    public abstract int Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Sets the length in bytes. Parts that were not written are sparse.</summary>
    public abstract int SetLength(long length);

    /// <summary>
    /// Flushes buffered data before the file is renamed. Network file systems report a full disk only then. The data
    /// need not be on the disk after this call.
    /// </summary>
    public abstract int Flush();

    /// <summary>
    /// The number that distinguishes the file from all others of its file system, or 0 if it is not known.
    /// </summary>
    public abstract ulong Identity { get; }
}

/// <summary>
/// Metadata that can be set on an entry after it was created. Members return EOPNOTSUPP if the platform does not
/// support an item.
/// </summary>
internal abstract class TargetEntry : IDisposable
{
    public abstract int SetOwner(uint user, uint group);

    /// <summary>Sets an extended attribute.</summary>
    public abstract int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    public abstract int SetMode(uint permissions);

    /// <summary>Sets the modification time, in Unix seconds and nanoseconds. The access time stays unchanged.</summary>
    public abstract int SetTime(long seconds, uint nanoseconds);

    /// <summary>Sets attributes of the file system, in Linux's bits. Bits outside the mask stay unchanged.</summary>
    public abstract int SetFeatures(uint mask, uint value);

    /// <summary>Sets the project of the file system's quota.</summary>
    public abstract int SetProject(uint project);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>The status of an entry in a target folder.</summary>
/// <param name="Kind">The kind of the entry.</param>
/// <param name="Identity">See <see cref="TargetFile.Identity"/>.</param>
internal readonly record struct TargetStatus(EntryKind Kind, ulong Identity);

/// <summary>The method of writing trees on this machine.</summary>
internal abstract class TargetAccess
{
    /// <summary>The safest method that works on this machine.</summary>
    public static TargetAccess Default { get; } = LibC.HasDirectoryCalls ? new Native() : new Portable();

    /// <summary>The method that uses .NET's own file calls. Works on every platform.</summary>
    public static TargetAccess ThroughPaths { get; } = new Portable();

    /// <summary>Opens the folder that a tree is written to. Symbolic links on the way are followed.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="isNew">
    /// Whether the folder was just created. It is then not a link, and a link that replaced it is not followed.
    /// </param>
    /// <param name="folder">The open folder.</param>
    public abstract int Open(string path, bool isNew, out TargetFolder? folder);

    private sealed class Native : TargetAccess
    {
        public override int Open(string path, bool isNew, out TargetFolder? folder) =>
            NativeTargetFolder.Open(path, isNew, out folder);
    }

    private sealed class Portable : TargetAccess
    {
        public override int Open(string path, bool isNew, out TargetFolder? folder) =>
            PortableTargetFolder.Open(path, OperatingSystem.IsWindows(), out folder);
    }
}
