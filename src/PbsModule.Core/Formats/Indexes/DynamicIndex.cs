using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>
/// An index of chunks that are cut by content (<c>.didx</c>). Source: pbs-datastore <c>dynamic_index.rs</c>.
/// </summary>
public sealed class DynamicIndex : ChunkIndex
{
    /// <param name="file">The complete file. It is kept, not copied.</param>
    /// <exception cref="PbsFormatException">
    /// The file is not a well-formed dynamic index, or a chunk does not end after the previous one.
    /// </exception>
    public DynamicIndex(ReadOnlyMemory<byte> file)
        : base(IndexKind.Dynamic, file)
    {
        IndexOrder.Check(Entries, 0);
        LogicalSize = Entries.End;
    }

    public override long LogicalSize { get; }

    private protected override int Find(long offset)
    {
        ChunkEntries entries = Entries;
        int low = 0;
        int high = Count - 1;
        while (low < high)
        {
            int middle = (int)((uint)(low + high) >> 1);
            if (offset < entries.EndOf(middle)) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
