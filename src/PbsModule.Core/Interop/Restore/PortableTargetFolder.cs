using System.Text;
using System.Text.Unicode;
using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Interop.Restore;

/// <summary>
/// A target folder on any platform. Uses paths, and checks before each step that they are not links. Operations that
/// .NET has no call for (owners, extended attributes, devices) return EOPNOTSUPP.
/// </summary>
internal sealed class PortableTargetFolder : TargetFolder
{
    private readonly string _path;
    private readonly bool _windowsNames;

    private PortableTargetFolder(string path, bool windowsNames)
    {
        _path = path;
        _windowsNames = windowsNames;
    }

    public override bool IgnoresCase => !OperatingSystem.IsLinux() || _windowsNames;

    public static int Open(string path, bool windowsNames, out TargetFolder? folder)
    {
        folder = Directory.Exists(path) ? new PortableTargetFolder(path, windowsNames) : null;
        return folder is null ? OsError.ENOENT : 0;
    }

    public override string? Refuse(ReadOnlySpan<byte> name) =>
        !Utf8.IsValid(name) ? "the name is no text, and names of files are texts here"
        : _windowsNames ? WindowsName.Refuse(Encoding.UTF8.GetString(name)) : null;

    public override int Look(ReadOnlySpan<byte> name, out TargetStatus status)
    {
        status = default;
        try
        {
            FileAttributes attributes = File.GetAttributes(PathOf(name));
            EntryKind kind = attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link
                : attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder
                : attributes.HasFlag(FileAttributes.Device) ? EntryKind.Other : EntryKind.File;
            status = new TargetStatus(kind, 0);
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int OpenFolder(ReadOnlySpan<byte> name, out TargetFolder? child)
    {
        child = null;
        int error = Look(name, out TargetStatus status);
        if (error != 0) return error;
        if (status.Kind != EntryKind.Folder) return OsError.ENOTDIR;
        child = new PortableTargetFolder(PathOf(name), _windowsNames);
        return 0;
    }

    public override int CreateFolder(ReadOnlySpan<byte> name)
    {
        int error = Look(name, out _);
        if (error == 0) return OsError.EEXIST;
        string path = PathOf(name);
        return Try(() =>
        {
            if (!Directory.Exists(_path)) throw new DirectoryNotFoundException();
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else
            {
                Directory.CreateDirectory(
                    path,
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        });
    }

    public override int CreateFile(ReadOnlySpan<byte> name, out TargetFile? file)
    {
        TargetFile? made = null;
        string path = PathOf(name);
        var how = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.Read,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        int error = Try(() => made = new PortableTargetFile(path, new FileStream(path, how)));
        file = made;
        return error;
    }

    public override int CreateSymbolicLink(ReadOnlySpan<byte> name, ReadOnlySpan<byte> target)
    {
        if (!Utf8.IsValid(target)) return OsError.EILSEQ;
        string path = PathOf(name), text = Encoding.UTF8.GetString(target);
        return Try(() => File.CreateSymbolicLink(path, text));
    }

    public override int CreateNode(ReadOnlySpan<byte> name, uint mode, ulong major, ulong minor) => OsError.EOPNOTSUPP;

    public override int CreateHardLink(ReadOnlySpan<byte> name, TargetFolder from, ReadOnlySpan<byte> existing) =>
        OsError.EOPNOTSUPP;

    public override int Rename(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool replace)
    {
        string source = PathOf(from), target = PathOf(to);
        int error = Look(from, out TargetStatus status);
        if (error != 0) return error;
        if (status.Kind != EntryKind.Link) return Try(() => File.Move(source, target, replace));

        // .NET moves the target of a link if that is a folder or does not exist. The link is therefore created again.
        if (replace && Look(to, out TargetStatus old) == 0 && old.Kind != EntryKind.Folder)
        {
            error = Try(() => File.Delete(target));
        }

        return error != 0 ? error : Try(() =>
        {
            File.CreateSymbolicLink(target, new FileInfo(source).LinkTarget!);
            File.Delete(source);
        });
    }

    public override int Remove(ReadOnlySpan<byte> name)
    {
        string path = PathOf(name);
        return Try(() => File.Delete(path));
    }

    public override int OpenEntry(ReadOnlySpan<byte> name, out TargetEntry? entry)
    {
        entry = new PortableTargetEntry(PathOf(name), isLink: true);
        return 0;
    }

    public override int SetOwner(uint user, uint group) => OsError.EOPNOTSUPP;

    public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => OsError.EOPNOTSUPP;

    public override int SetMode(uint permissions) => new PortableTargetEntry(_path, isLink: false).SetMode(permissions);

    public override int SetTime(long seconds, uint nanoseconds) =>
        new PortableTargetEntry(_path, isLink: false).SetTime(seconds, nanoseconds);

    public override int SetFeatures(uint mask, uint value) => OsError.EOPNOTSUPP;

    public override int SetProject(uint project) => OsError.EOPNOTSUPP;

    internal static int Try(Action change)
    {
        try
        {
            change();
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
        catch (ArgumentException)
        {
            return OsError.EINVAL;
        }
    }

    protected override void Dispose(bool disposing)
    {
    }

    private string PathOf(ReadOnlySpan<byte> name) => Path.Combine(_path, Encoding.UTF8.GetString(name));
}

/// <summary>A file of a <see cref="PortableTargetFolder"/>.</summary>
internal sealed class PortableTargetFile(string path, FileStream file) : TargetFile
{
    private readonly PortableTargetEntry _entry = new(path, isLink: false);
    private readonly SafeFileHandle _handle = file.SafeFileHandle;

    public override ulong Identity => 0;

    public override int Write(long offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int SetLength(long length) =>
        PortableTargetFolder.Try(() => RandomAccess.SetLength(_handle, length));

    /// <summary>.NET does not report the result of closing.</summary>
    public override int Flush() => 0;

    public override int SetOwner(uint user, uint group) => OsError.EOPNOTSUPP;

    public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => OsError.EOPNOTSUPP;

    public override int SetMode(uint permissions) => _entry.SetMode(permissions);

    public override int SetTime(long seconds, uint nanoseconds) =>
        PortableTargetEntry.TimeOf(seconds, nanoseconds) is { } time ? PortableTargetFolder.Try(() =>
            File.SetLastWriteTimeUtc(_handle, time)) : OsError.EINVAL;

    public override int SetFeatures(uint mask, uint value) => OsError.EOPNOTSUPP;

    public override int SetProject(uint project) => OsError.EOPNOTSUPP;

    protected override void Dispose(bool disposing) => file.Dispose();
}

/// <summary>Sets the metadata of an entry that .NET can set by path.</summary>
internal sealed class PortableTargetEntry(string path, bool isLink) : TargetEntry
{
    private const int NanosecondsPerTick = 100;

    public static DateTime? TimeOf(long seconds, uint nanoseconds) =>
        seconds is > -11_644_473_600 and < 253_402_300_800
            ? DateTime.UnixEpoch.AddSeconds(seconds).AddTicks(nanoseconds / NanosecondsPerTick)
            : null;

    public override int SetOwner(uint user, uint group) => OsError.EOPNOTSUPP;

    public override int SetAttribute(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value) => OsError.EOPNOTSUPP;

    public override int SetMode(uint permissions) =>
        OperatingSystem.IsWindows() ? OsError.EOPNOTSUPP : PortableTargetFolder.Try(() =>
        {
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)permissions);
        });

    /// <summary>
    /// For a link, .NET would set the time of the target, which does not belong to the restored tree.
    /// </summary>
    public override int SetTime(long seconds, uint nanoseconds)
    {
        if (isLink) return OsError.EOPNOTSUPP;
        return TimeOf(seconds, nanoseconds) is { } time ? PortableTargetFolder.Try(() =>
            File.SetLastWriteTimeUtc(path, time)) : OsError.EINVAL;
    }

    public override int SetFeatures(uint mask, uint value) => OsError.EOPNOTSUPP;

    public override int SetProject(uint project) => OsError.EOPNOTSUPP;

    protected override void Dispose(bool disposing)
    {
        // Nothing is open.
    }
}
