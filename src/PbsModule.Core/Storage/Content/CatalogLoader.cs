using System.Buffers;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage;

/// <summary>
/// Reads catalogs out of their chunks, one after the other, with the same buffers. Usual ones are read as a whole; of large ones the chunks
/// that are needed, some of which are kept. For one thread; a catalog is good until the next one.
/// </summary>
internal sealed class CatalogLoader(CryptKey? key) : IDisposable
{
    /// <summary>Up to here, which is about half a million entries, a catalog is read as a whole.</summary>
    private const int LargestWhole = 16 << 20;

    private readonly Dictionary<string, ChunkReader> _readers = [];
    private byte[] _whole = [];

    /// <summary>For going through all of it.</summary>
    /// <exception cref="PbsException">A chunk is missing or damaged.</exception>
    /// <exception cref="PbsFormatException">It is no catalog.</exception>
    public CatalogReader Load(CatalogFile catalog)
    {
        ChunkSource source = SourceOf(catalog);
        return new CatalogReader(source.Length > LargestWhole ? source : Whole(source));
    }

    /// <summary>For looking something up; reads only what is asked for.</summary>
    /// <exception cref="PbsException">As for <see cref="Load"/>.</exception>
    public CatalogReader Open(CatalogFile catalog) => new(SourceOf(catalog));

    public void Dispose()
    {
        foreach (ChunkReader reader in _readers.Values) reader.Dispose();
        if (_whole.Length > 0) ArrayPool<byte>.Shared.Return(_whole);
        _whole = [];
    }

    private ChunkSource SourceOf(CatalogFile catalog)
    {
        if (!_readers.TryGetValue(catalog.ChunkFolder, out ChunkReader? chunks)) _readers.Add(catalog.ChunkFolder, chunks = new ChunkReader(catalog.ChunkFolder, key));
        return new ChunkSource(catalog.Index, chunks, catalog.CryptMode);
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
