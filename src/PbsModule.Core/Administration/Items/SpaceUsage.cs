using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// What something takes up in a store of chunks, in bytes. Stored = Shared + Exclusive. Removing it frees Exclusive
/// (once garbage has been collected), and its index files.
/// </summary>
public abstract class SpaceUsage
{
    private readonly SpaceNumbers _numbers;

    private protected SpaceUsage(in SpaceNumbers numbers) => _numbers = numbers;

    /// <summary>Of its images and archives, as they are restored.</summary>
    public long LogicalSize => _numbers.Logical;

    /// <summary>Of the data in its different chunks: what deduplication leaves of <see cref="LogicalSize"/>.</summary>
    public long UniqueSize => _numbers.Unique;

    /// <summary>
    /// Its chunks on disk, each as often as it is referenced: what it would take without deduplication.
    /// </summary>
    public long ReferencedSize => _numbers.Referenced;

    /// <summary>Its different chunks on disk: what compression leaves of <see cref="UniqueSize"/>.</summary>
    public long StoredSize => _numbers.Stored;

    /// <summary>The part of <see cref="StoredSize"/> that something else in the store references, too.</summary>
    public long SharedSize => _numbers.Stored - _numbers.Exclusive;

    /// <summary>The part of <see cref="StoredSize"/> that nothing else references.</summary>
    public long ExclusiveSize => _numbers.Exclusive;

    /// <summary>Its index files.</summary>
    public long IndexSize => _numbers.Indexes;

    /// <summary>References to chunks.</summary>
    public long ReferenceCount => _numbers.References;

    /// <summary>Different chunks.</summary>
    public long ChunkCount => _numbers.Chunks;

    /// <summary>Different chunks that are not there: what they were is lost.</summary>
    public long MissingChunkCount => _numbers.Missing;

    /// <summary><see cref="LogicalSize"/> by <see cref="UniqueSize"/>; null where there is nothing.</summary>
    public double? DeduplicationFactor => Factor(LogicalSize, UniqueSize);

    /// <summary><see cref="UniqueSize"/> by <see cref="StoredSize"/>; null where there is nothing.</summary>
    public double? CompressionFactor => Factor(UniqueSize, StoredSize);

    internal SpaceNumbers Numbers => _numbers;

    private static double? Factor(long whole, long rest) => rest > 0 ? (double)whole / rest : null;
}
