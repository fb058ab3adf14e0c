using System.Text;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>The type of a catalog entry. The value is the letter in the file.</summary>
public enum CatalogEntryType : byte
{
    Directory = (byte)'d',
    File = (byte)'f',
    SymbolicLink = (byte)'l',
    HardLink = (byte)'h',
    BlockDevice = (byte)'b',
    CharacterDevice = (byte)'c',
    Fifo = (byte)'p',
    Socket = (byte)'s',
}

/// <summary>
/// An entry of a catalog. Names are untrusted bytes: they may be '..' or contain '/'. Only the root has no name.
/// </summary>
public sealed class CatalogEntry
{
    internal CatalogEntry(CatalogEntryType type, byte[] name, ulong size, long modificationTime, long childStart)
    {
        Type = type;
        Name = name;
        Size = size;
        ModificationTime = modificationTime;
        ChildStart = childStart;
    }

    public CatalogEntryType Type { get; }

    public ReadOnlyMemory<byte> Name { get; }

    /// <summary>The name for display. Bytes that are not UTF-8 appear as U+FFFD.</summary>
    public string DisplayName => Encoding.UTF8.GetString(Name.Span);

    /// <summary>The size in bytes. 0 for entries that are not files.</summary>
    public ulong Size { get; }

    /// <summary>
    /// The modification time in Unix seconds, negative before 1970. 0 for entries that are not files.
    /// </summary>
    public long ModificationTime { get; }

    /// <summary>The offset of a directory's table, or -1 for other entries.</summary>
    public long ChildStart { get; }

    public bool IsDirectory => Type == CatalogEntryType.Directory;

    /// <summary>
    /// Returns the path of this entry in a directory as PBS returns it: the parent without one leading '/', then '/'
    /// and the name.
    /// </summary>
    /// <param name="parent">The path that the caller used for the directory. <c>/</c> is the root.</param>
    public byte[] PathBelow(ReadOnlySpan<byte> parent) =>
        [.. parent is [(byte)'/', .. var rest] ? rest : parent, (byte)'/', .. Name.Span];

    public override string ToString() => DisplayName;
}
