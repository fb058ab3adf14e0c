namespace PbsModule.Core.Formats.Catalogs;

/// <summary>
/// The position of the reader in one directory table. Entries are read one at a time, so the memory use does not depend
/// on the size of the table.
/// </summary>
internal struct CatalogTable
{
    /// <summary>The offset of the table in bytes.</summary>
    public long Start { get; init; }

    /// <summary>The offset after the table in bytes.</summary>
    public long End { get; init; }

    /// <summary>The offset of the next entry in bytes.</summary>
    public long Position { get; set; }

    /// <summary>The number of entries that follow.</summary>
    public ulong Remaining { get; set; }

    /// <summary>The number of skipped entries that have no name.</summary>
    public long Nameless { get; set; }
}

/// <summary>An entry in the reader's buffer. The name is valid until the next entry is read.</summary>
internal ref struct CatalogEntryView
{
    public CatalogEntryType Type;
    public ReadOnlySpan<byte> Name;
    public ulong Size;
    public long ModificationTime;
    public long ChildStart;

    /// <summary>For a directory, the distance in bytes from its parent's table back to its own table.</summary>
    public ulong Distance;

    public readonly CatalogEntry ToEntry() => new(Type, Name.ToArray(), Size, ModificationTime, ChildStart);
}
