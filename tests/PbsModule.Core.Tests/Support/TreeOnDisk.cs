using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>A tree of files as the system has it, read with nothing of what wrote it: for comparisons.</summary>
internal static unsafe partial class TreeOnDisk
{
    private const int Room = 64 << 10;

    /// <summary>Everything below a folder by its path, in order of paths; names that are no text are escaped.</summary>
    public static SortedDictionary<string, FileState> Read(string root)
    {
        var tree = new SortedDictionary<string, FileState>(StringComparer.Ordinal);
        Add(tree, Encoding.UTF8.GetBytes(root), "");
        return tree;
    }

    /// <summary>Deletes a folder with all that is in it, whatever the names.</summary>
    public static void Delete(string root) => Delete(Encoding.UTF8.GetBytes(root));

    private static void Delete(byte[] folder)
    {
        Assert.Equal(0, NativeFolderOf(folder, out Folder? open));
        var entries = new EntryList();
        using (open) Assert.Equal(0, open!.List(entries));
        for (int i = 0; i < entries.Count; i++)
        {
            byte[] path = [.. folder, (byte)'/', .. entries.Name(i)];
            if (entries.Kind(i) == EntryKind.Folder) Delete(path);
            else Unlink(path, 0);
        }

        Unlink(folder, LibC.AtRemoveDir);
    }

    private static void Unlink(byte[] path, int flags)
    {
        byte[] terminated = [.. path, 0];
        fixed (byte* name = terminated) Assert.Equal(0, LibC.UnlinkAt(LibC.AtFdCwd, name, flags));
    }

    private static void Add(SortedDictionary<string, FileState> tree, byte[] folder, string prefix)
    {
        Assert.Equal(0, NativeFolderOf(folder, out Folder? open));
        var entries = new EntryList();
        using (open) Assert.Equal(0, open!.List(entries));
        for (int i = 0; i < entries.Count; i++)
        {
            byte[] path = [.. folder, (byte)'/', .. entries.Name(i)];
            string shown = $"{prefix}/{PbsModule.Core.Formats.Text.EscapedName.Format(entries.Name(i))}";
            FileState state = StateOf(path);
            tree.Add(shown, state);
            if ((state.Mode & 0xF000) == 0x4000) Add(tree, path, shown);
        }
    }

    private static FileState StateOf(byte[] path)
    {
        byte[] terminated = [.. path, 0];
        LibC.StatXBuffer stat;
        fixed (byte* name = terminated)
        {
            Assert.Equal(0, LibC.StatX(LibC.AtFdCwd, name, LibC.AtSymlinkNoFollow, LibC.StatXBuffer.BasicStats, &stat));
            byte* all = (byte*)&stat;
            uint links = *(uint*)(all + 16), nanoseconds = *(uint*)(all + 120), major = *(uint*)(all + 128), minor = *(uint*)(all + 132);
            ulong blocks = *(ulong*)(all + 48);
            int kind = stat.Mode & 0xF000;
            return new FileState(stat.Mode, stat.Uid, stat.Gid, (stat.ModificationSeconds * 1_000_000_000) + nanoseconds, links, (long)stat.Size, kind == 0x8000 ? Hash(path) : null,
                kind == 0xA000 ? LinkTarget(name) : null, kind is 0x6000 or 0x2000 ? (major, minor) : null, Attributes(name), stat.Inode, (long)blocks * 512);
        }
    }

    private static string Hash(byte[] path)
    {
        using var sha256 = SHA256.Create();
        byte[] terminated = [.. path, 0];
        int descriptor;
        fixed (byte* name = terminated) descriptor = LibC.OpenAt(LibC.AtFdCwd, name, LibC.ORdOnly, 0);
        Assert.True(descriptor >= 0);
        using var stream = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, true), FileAccess.Read);
        return Convert.ToHexStringLower(sha256.ComputeHash(stream));
    }

    private static string LinkTarget(byte* name)
    {
        byte* buffer = stackalloc byte[8192];
        nint length = ReadLink(name, buffer, 8192);
        Assert.True(length >= 0);
        return PbsModule.Core.Formats.Pxar.PxarName.Shown(new ReadOnlySpan<byte>(buffer, (int)length));
    }

    private static SortedDictionary<string, string> Attributes(byte* name)
    {
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        byte[] names = new byte[Room], value = new byte[Room + 1024];
        fixed (byte* list = names, content = value)
        {
            nint length = ListAttributes(name, list, Room);
            for (int at = 0; at < length;)
            {
                int end = Array.IndexOf(names, (byte)0, at);
                nint size = GetAttribute(name, list + at, content, value.Length);
                if (size >= 0) found.Add(Encoding.UTF8.GetString(names, at, end - at), Convert.ToHexStringLower(value.AsSpan(0, (int)size)));
                at = end + 1;
            }
        }

        return found;
    }

    /// <summary>What no text leads to is reached from the folder above it.</summary>
    private static int NativeFolderOf(byte[] path, out Folder? folder)
    {
        if (System.Text.Unicode.Utf8.IsValid(path)) return FolderAccess.Default.Open(Encoding.UTF8.GetString(path), out folder);
        folder = null;
        int cut = path.AsSpan().LastIndexOf((byte)'/');
        int error = NativeFolderOf(path[..cut], out Folder? parent);
        using (parent) return error != 0 ? error : parent!.OpenFolder(path.AsSpan(cut + 1), ref folder);
    }

    [LibraryImport("libc", EntryPoint = "readlink")]
    private static partial nint ReadLink(byte* path, byte* buffer, nint size);

    [LibraryImport("libc", EntryPoint = "llistxattr")]
    private static partial nint ListAttributes(byte* path, byte* list, nint size);

    [LibraryImport("libc", EntryPoint = "lgetxattr")]
    private static partial nint GetAttribute(byte* path, byte* name, byte* value, nint size);
}

/// <summary>One entry of a tree.</summary>
internal sealed record FileState(
    int Mode, uint User, uint Group, long ModificationTime, uint Links, long Size, string? Hash, string? Target, (uint Major, uint Minor)? Device,
    SortedDictionary<string, string> Attributes, ulong Inode, long Allocated)
{
    /// <summary>All that says whether something was touched.</summary>
    public override string ToString() =>
        $"{Mode:x} {User}:{Group} {ModificationTime} {Links} {Size} {Hash} {Target} {Device} {string.Join(',', Attributes.Select(pair => $"{pair.Key}={pair.Value}"))} {Inode}";
}
