using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Restore;

/// <summary>
/// An open folder of a tree that is being written. Entries are made and reached by one name relative to it, and no link
/// is ever followed below the folder that was opened by path: whatever an archive makes, nothing is written through it.
/// Failures come back as the system's error numbers (0 is success). It is a seam: a test puts another in its place and
/// fails any of the calls.
/// </summary>
internal abstract class TargetFolder : TargetEntry
{
    /// <summary>Whether names that differ in their case only are one here.</summary>
    public abstract bool IgnoresCase { get; }

    /// <summary>Why a name cannot be used here; null if it can.</summary>
    public abstract string? Refuse(ReadOnlySpan<byte> name);

    /// <summary>What a name is; ENOENT if there is nothing.</summary>
    public abstract int Look(ReadOnlySpan<byte> name, out TargetStatus status);

    public abstract int OpenFolder(ReadOnlySpan<byte> name, out TargetFolder? child);

    /// <summary>Makes a folder for nobody but us; EEXIST where there is something.</summary>
    public abstract int CreateFolder(ReadOnlySpan<byte> name);

    /// <summary>Makes an empty file for nobody but us.</summary>
    public abstract int CreateFile(ReadOnlySpan<byte> name, out TargetFile? file);

    public abstract int CreateSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target);

    /// <summary>Makes a device, fifo or socket.</summary>
    /// <param name="name">The name.</param>
    /// <param name="mode">Kind, and no permissions for anybody else.</param>
    /// <param name="major">Of a device.</param>
    /// <param name="minor">Of a device.</param>
    public abstract int CreateNode(ReadOnlySpan<byte> name, uint mode, ulong major, ulong minor);

    /// <summary>Gives a file that is somewhere else another name here.</summary>
    public abstract int CreateHardLink(ReadOnlySpan<byte> name, TargetFolder from, ReadOnlySpan<byte> existing);

    /// <summary>Gives an entry of this folder its final name.</summary>
    /// <param name="from">What it is called.</param>
    /// <param name="to">What it shall be called.</param>
    /// <param name="replace">Whether a file of that name goes; else it is EEXIST.</param>
    public abstract int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool replace);

    /// <summary>Removes anything but a folder.</summary>
    public abstract int Remove(ReadOnlySpan<byte> name);

    /// <summary>Opens an entry that is neither file nor folder, to be given what it had.</summary>
    public abstract int OpenEntry(ReadOnlySpan<byte> name, out TargetEntry? entry);
}

/// <summary>A file that is being written.</summary>
internal abstract class TargetFile : TargetEntry
{
    /// <summary>Writes all of the bytes at an offset.</summary>
    public abstract int Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Makes it as long; what was not written is a hole.</summary>
    public abstract int SetLength(long length);

    /// <summary>
    /// Hands over what the system may still hold back, before the file gets its name: over a network that is when it is
    /// said that there is no room. It need not be on the disk then.
    /// </summary>
    public abstract int Flush();

    /// <summary>What tells it from every other file of its file system; 0 where that is not to be had.</summary>
    public abstract ulong Identity { get; }
}

/// <summary>What can be given to an entry after it was made. EOPNOTSUPP where the platform has no such thing.</summary>
internal abstract class TargetEntry : IDisposable
{
    public abstract int SetOwner(uint user, uint group);

    /// <summary>An extended attribute.</summary>
    public abstract int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value);

    public abstract int SetMode(uint permissions);

    /// <summary>When the content was changed last; the access time stays.</summary>
    public abstract int SetTime(long seconds, uint nanoseconds);

    /// <summary>Attributes of the file system, in Linux's bits; others stay.</summary>
    public abstract int SetFeatures(uint mask, uint value);

    /// <summary>Project of the file system's quota.</summary>
    public abstract int SetProject(uint project);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>What a name in a target folder is.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Identity">See <see cref="TargetFile.Identity"/>.</param>
internal readonly record struct TargetStatus(EntryKind Kind, ulong Identity);

/// <summary>The way trees are written on this machine.</summary>
internal abstract class TargetAccess
{
    /// <summary>The safest that works here.</summary>
    public static TargetAccess Default { get; } = LibC.HasDirectoryCalls ? new Native() : new Portable();

    /// <summary>Through .NET's own file calls, on every platform.</summary>
    public static TargetAccess ThroughPaths { get; } = new Portable();

    /// <summary>Opens the folder a tree is written to; symbolic links on the way are followed.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="isNew">Whether it was made a moment ago: then it is no link, and one that took its place is not
    /// followed.</param>
    /// <param name="folder">The folder.</param>
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
