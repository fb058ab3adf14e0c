using System.Text;

namespace PbsModule.Core.Formats.Catalogs;

/// <summary>What an entry of a catalog is; the value is the letter that stands in the file.</summary>
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
/// An entry of a catalog. Names are bytes and untrusted: they may be '..' or hold '/'. Only the root has none.
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

    /// <summary>The name for people; what is not UTF-8 appears as U+FFFD.</summary>
    public string DisplayName => Encoding.UTF8.GetString(Name.Span);

    /// <summary>Bytes; 0 for all but files.</summary>
    public ulong Size { get; }

    /// <summary>Unix seconds, negative before 1970; 0 for all but files.</summary>
    public long ModificationTime { get; }

    /// <summary>Offset of a directory's table; -1 for all others.</summary>
    public long ChildStart { get; }

    public bool IsDirectory => Type == CatalogEntryType.Directory;

    /// <summary>
    /// The path of this entry in a directory, as PBS hands it out: without one leading '/' of the parent, then '/' and
    /// the name.
    /// </summary>
    /// <param name="parent">The path the directory was asked for with; <c>/</c> for the root.</param>
    public byte[] PathBelow(ReadOnlySpan<byte> parent) =>
        [.. parent is [(byte)'/', .. var rest] ? rest : parent, (byte)'/', .. Name.Span];

    public override string ToString() => DisplayName;
}
