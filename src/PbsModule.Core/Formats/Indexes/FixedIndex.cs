using System.Numerics;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>An index of chunks of equal size (<c>.fidx</c>). Source: pbs-datastore <c>fixed_index.rs</c>.</summary>
public sealed class FixedIndex : ChunkIndex
{
    private readonly int _shift;

    /// <param name="file">The complete file. It is kept, not copied.</param>
    /// <exception cref="PbsFormatException">The file is not a well-formed fixed index.</exception>
    public FixedIndex(ReadOnlyMemory<byte> file)
        : base(IndexKind.Fixed, file) => _shift = BitOperations.Log2((ulong)ChunkSize);

    public override long LogicalSize => Header.ImageSize;

    /// <summary>The size in bytes of each chunk except the last, a power of two.</summary>
    public long ChunkSize => Header.ChunkSize;

    private protected override int Find(long offset) => (int)(offset >> _shift);
}
