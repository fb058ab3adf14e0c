using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// Reads catalogs out of their chunks, one after the other, with the same buffers. Usual ones are read as a whole; of
/// large ones the chunks that are needed, some of which are kept. For one thread; a catalog is good until the next one.
/// </summary>
internal sealed class CatalogLoader(CryptKey? key) : IDisposable
{
    /// <summary>Up to here, which is about half a million entries, a catalog is read as a whole.</summary>
    private const int LargestWhole = 16 << 20;

    private readonly Dictionary<string, ChunkReader> _readers = [];
    private byte[] _whole = [];
    private MetadataCatalog? _metadata;

    /// <summary>
    /// Whether all of the catalog that was loaded last is in memory, so that nothing of the store is needed any more.
    /// </summary>
    public bool IsWhole { get; private set; }

    /// <summary>For going through all of it.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">A chunk is missing or damaged.</exception>
    /// <exception cref="PbsFormatException">It is no catalog.</exception>
    public CatalogReader Load(CatalogFile catalog, CancellationToken cancellation = default)
    {
        IsWhole = false;
        if (catalog.Index is null) return FromMetadata(catalog, null, cancellation);
        ChunkSource source = SourceOf(catalog, catalog.Index);
        if (source.Length > LargestWhole) return new CatalogReader(source);
        MemoryByteSource whole = Whole(source);
        IsWhole = true;
        return new CatalogReader(whole);
    }

    /// <summary>
    /// As <see cref="Load"/>, for one of which parts may be missing: reading it fails only where they are needed.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="onDamage">Gets what cannot be read of metadata.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">It cannot even be begun.</exception>
    public CatalogReader LoadReadable(
        CatalogFile catalog, Action<PbsException> onDamage, CancellationToken cancellation)
    {
        IsWhole = false;
        if (catalog.Index is null) return FromMetadata(catalog, onDamage, cancellation);
        ChunkSource source = SourceOf(catalog, catalog.Index);
        if (source.Length > LargestWhole) return new CatalogReader(source);
        try
        {
            MemoryByteSource whole = Whole(source);
            IsWhole = true;
            return new CatalogReader(whole);
        }
        catch (PbsException e) when (e.ErrorId != PbsErrorId.CatalogInvalid)
        {
            return new CatalogReader(source);
        }
    }

    /// <summary>For looking something up; reads only what is asked for.</summary>
    /// <exception cref="PbsException">As for <see cref="Load"/>.</exception>
    public CatalogReader Open(CatalogFile catalog) =>
        catalog.Index is null
            ? FromMetadata(catalog, null, CancellationToken.None)
            : new CatalogReader(SourceOf(catalog, catalog.Index));

    public void Dispose()
    {
        foreach (ChunkReader reader in _readers.Values) reader.Dispose();
        if (_whole.Length > 0) ArrayPool<byte>.Shared.Return(_whole);
        _whole = [];
    }

    private CatalogReader FromMetadata(
        CatalogFile catalog, Action<PbsException>? onDamage, CancellationToken cancellation)
    {
        var reader = new CatalogReader(
            (_metadata ??= new MetadataCatalog(key)).Write(catalog.Metadata, onDamage, cancellation));
        IsWhole = true;
        return reader;
    }

    private ChunkSource SourceOf(CatalogFile catalog, DynamicIndex index)
    {
        if (!_readers.TryGetValue(catalog.Content.ChunkStore, out ChunkReader? chunks))
        {
            chunks = new ChunkReader(catalog.Content.OpenChunks(), key);
            _readers.Add(catalog.Content.ChunkStore, chunks);
        }

        return new ChunkSource(index, chunks, catalog.CryptMode);
    }

    private MemoryByteSource Whole(ChunkSource source)
    {
        int length = (int)source.Length;
        if (_whole.Length < length)
        {
            if (_whole.Length > 0) ArrayPool<byte>.Shared.Return(_whole);
            _whole = ArrayPool<byte>.Shared.Rent(length);
        }

        source.ReadAll(_whole.AsSpan(0, length));
        return new MemoryByteSource(_whole.AsMemory(0, length));
    }
}
