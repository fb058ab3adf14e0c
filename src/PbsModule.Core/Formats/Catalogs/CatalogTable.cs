namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// Where the reading of one directory table stands. The entries come one by one, so that a table of any size takes no
/// memory.
/// </summary>
internal struct CatalogTable
{
    /// <summary>Offset of the table.</summary>
    public long Start { get; init; }

    /// <summary>Offset behind the table.</summary>
    public long End { get; init; }

    /// <summary>Offset of the next entry.</summary>
    public long Position { get; set; }

    /// <summary>Entries still to come.</summary>
    public ulong Remaining { get; set; }

    /// <summary>Entries without a name, which were passed over.</summary>
    public long Nameless { get; set; }
}

/// <summary>An entry where it lies; the name is good until the next one is read.</summary>
internal ref struct CatalogEntryView
{
    public CatalogEntryType Type;
    public ReadOnlySpan<byte> Name;
    public ulong Size;
    public long ModificationTime;
    public long ChildStart;

    /// <summary>Of a directory: bytes from its table back to that of its children.</summary>
    public ulong Distance;

    public readonly CatalogEntry ToEntry() => new(Type, Name.ToArray(), Size, ModificationTime, ChildStart);
}
