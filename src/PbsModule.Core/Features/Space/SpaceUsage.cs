using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>
/// The space that an object uses in a chunk store, in bytes. Stored = Shared + Exclusive. Removing the object frees
/// Exclusive, after the next garbage collection, and its index files.
/// </summary>
public abstract class SpaceUsage
{
    private readonly SpaceNumbers _numbers;

    private protected SpaceUsage(in SpaceNumbers numbers) => _numbers = numbers;

    /// <summary>Size of its images and archives when restored.</summary>
    public long LogicalSize => _numbers.Logical;

    /// <summary>
    /// Size of the data in its distinct chunks, that is <see cref="LogicalSize"/> after deduplication.
    /// </summary>
    public long UniqueSize => _numbers.Unique;

    /// <summary>Size of its chunks on disk, counted once a reference, that is without deduplication.</summary>
    public long ReferencedSize => _numbers.Referenced;

    /// <summary>Size of its distinct chunks on disk, that is <see cref="UniqueSize"/> after compression.</summary>
    public long StoredSize => _numbers.Stored;

    /// <summary>The part of <see cref="StoredSize"/> that other objects in the store reference too.</summary>
    public long SharedSize => _numbers.Stored - _numbers.Exclusive;

    /// <summary>The part of <see cref="StoredSize"/> that no other object references.</summary>
    public long ExclusiveSize => _numbers.Exclusive;

    /// <summary>Size of its index files.</summary>
    public long IndexSize => _numbers.Indexes;

    /// <summary>Number of references to chunks.</summary>
    public long ReferenceCount => _numbers.References;

    /// <summary>Number of distinct chunks.</summary>
    public long ChunkCount => _numbers.Chunks;

    /// <summary>Number of distinct chunks that do not exist; their data is lost.</summary>
    public long MissingChunkCount => _numbers.Missing;

    /// <summary><see cref="LogicalSize"/> divided by <see cref="UniqueSize"/>; null if there is no data.</summary>
    public double? DeduplicationFactor => Factor(LogicalSize, UniqueSize);

    /// <summary><see cref="UniqueSize"/> divided by <see cref="StoredSize"/>; null if there is no data.</summary>
    public double? CompressionFactor => Factor(UniqueSize, StoredSize);

    internal SpaceNumbers Numbers => _numbers;

    private static double? Factor(long whole, long rest) => rest > 0 ? (double)whole / rest : null;
}
