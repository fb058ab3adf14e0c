using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// A folder on any platform: folders are paths, entries come from FileSystemEnumerator, and errors come from
/// exceptions.
/// </summary>
internal sealed class PortableFolder : Folder
{
    private const FileAttributes Missing = (FileAttributes)(-1);

    private string _path;

    private PortableFolder(string path) => _path = path;

    public static int Open(string path, out Folder? folder)
    {
        folder = null;
        try
        {
            FileAttributes attributes = File.GetAttributes(path);
            if (!attributes.HasFlag(FileAttributes.Directory)) return OsError.ENOTDIR;
            folder = new PortableFolder(path);
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int OpenFolder(ReadOnlySpan<byte> name, ref Folder? child)
    {
        int error = KindOf(name, out EntryKind kind);
        if (error != 0) return error;
        if (kind != EntryKind.Folder) return OsError.ENOTDIR;
        string path = PathOf(name);
        if (child is PortableFolder used) used._path = path;
        else child = new PortableFolder(path);
        return 0;
    }

    public override int List(EntryList entries)
    {
        entries.Clear();
        try
        {
            var options = new EnumerationOptions
            {
                AttributesToSkip = 0,
                IgnoreInaccessible = false,
                ReturnSpecialDirectories = false,
            };
            var found = new FileSystemEnumerable<(string Name, EntryKind Kind)>(
                _path,
                static (ref FileSystemEntry entry) => (entry.FileName.ToString(), Kind(ref entry)),
                options);
            foreach ((string name, EntryKind kind) in found) entries.Add(name, kind);
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int IdentityOf(ReadOnlySpan<byte> name, out FileIdentity identity)
    {
        identity = default;
        if (!NativeCode.HasLinux) return KindOf(name, out _);
        int error = StatusOf(PathOf(name), LibC.StatXBuffer.InodeOnly, out LibC.StatXBuffer status);
        if (error == 0) identity = FileIdentity.From(status);
        return error;
    }

    public override int StampOf(out FolderStamp stamp)
    {
        stamp = default;
        if (NativeCode.HasLinux)
        {
            const uint mask = LibC.StatXBuffer.InodeOnly | LibC.StatXBuffer.ChangeTime;
            int error = StatusOf(_path, mask, out LibC.StatXBuffer status);
            if (error == 0) stamp = new(FileIdentity.From(status), status.ChangeSeconds, status.ChangeNanoseconds);
            return error;
        }

        try
        {
            // The nearest value that .NET has: adding or removing an entry changes the folder's write time.
            (long seconds, long ticks) = Math.DivRem(
                Directory.GetLastWriteTimeUtc(_path).Ticks - DateTime.UnixEpoch.Ticks, TimeSpan.TicksPerSecond);
            stamp = new FolderStamp(default, seconds, (uint)(Math.Abs(ticks) * TimeSpan.NanosecondsPerTick));
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int ReadFile(ReadOnlySpan<byte> name, FileContent content, int limit, bool once = false)
    {
        content.Clear();
        int error = KindOf(name, out EntryKind kind);
        if (error != 0) return error;
        if (kind != EntryKind.File) return kind == EntryKind.Link ? OsError.ELOOP : OsError.EINVAL;
        string path = PathOf(name);
        try
        {
            // A fifo also has length 0, and opening it would block forever.
            if (new FileInfo(path).Length == 0) return 0;
            using Microsoft.Win32.SafeHandles.SafeFileHandle handle =
                File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            while (true)
            {
                int length = RandomAccess.Read(handle, content.Room(), content.Length);
                if (length == 0) return 0;
                content.Take(length);
                if (content.Length > limit) return OsError.EFBIG;
            }
        }
        catch (Exception e) when (OsError.TryFrom(e, out error))
        {
            return error;
        }
    }

    public override int KindOf(ReadOnlySpan<byte> name, out EntryKind kind)
    {
        kind = EntryKind.Other;
        try
        {
            // FileInfo reports a missing file without an exception. File.GetAttributes would throw one.
            FileAttributes attributes = new FileInfo(PathOf(name)).Attributes;
            if (attributes == Missing) return OsError.ENOENT;
            kind = Kind(attributes);
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override int StatusOf(ReadOnlySpan<byte> name, out EntryStatus status)
    {
        status = default;
        try
        {
            var file = new FileInfo(PathOf(name));
            if (file.Attributes == Missing) return OsError.ENOENT;
            EntryKind kind = Kind(file.Attributes);
            long size = kind == EntryKind.File ? file.Length : 0;
            status = new EntryStatus(kind, size, size, Seconds(file.LastAccessTimeUtc), Seconds(file.LastWriteTimeUtc));
            return 0;
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            return error;
        }
    }

    public override void Close()
    {
    }

    private static unsafe int StatusOf(string path, uint mask, out LibC.StatXBuffer status)
    {
        const int flags = LibC.AtSymlinkNoFollow | LibC.AtForceSync;
        fixed (LibC.StatXBuffer* buffer = &status)
        {
            return LibC.StatX(LibC.AtFdCwd, path, flags, mask, buffer) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
    }

    private string PathOf(ReadOnlySpan<byte> name) => Path.Combine(_path, Encoding.UTF8.GetString(name));

    private static long Seconds(DateTime time) => (long)Math.Floor((time - DateTime.UnixEpoch).TotalSeconds);

    private static EntryKind Kind(ref FileSystemEntry entry) => Kind(entry.Attributes);

    private static EntryKind Kind(FileAttributes attributes) =>
        attributes.HasFlag(FileAttributes.ReparsePoint) ? EntryKind.Link
        : attributes.HasFlag(FileAttributes.Directory) ? EntryKind.Folder
        : attributes.HasFlag(FileAttributes.Device) ? EntryKind.Other
        : EntryKind.File;
}
