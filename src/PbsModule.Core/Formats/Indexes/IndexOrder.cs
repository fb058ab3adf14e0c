using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>The rule PBS does not check: each chunk of a dynamic index ends behind the one before.</summary>
internal static class IndexOrder
{
    /// <param name="entries">Entries of a dynamic index.</param>
    /// <param name="first">How many entries stand before them, to name the place of a fault.</param>
    /// <exception cref="PbsFormatException">Naming the offset of the entry in the file.</exception>
    public static void Check(ChunkEntries entries, long first)
    {
        // One sign for all of them: set where a size is not positive, or an end beyond the largest offset.
        long faults = 0;
        foreach (ChunkEntry entry in entries) faults |= (entry.Size - 1) | (entry.Offset + entry.Size);
        if (faults >= 0) return;

        long at = first;
        foreach (ChunkEntry entry in entries)
        {
            if (((entry.Size - 1) | (entry.Offset + entry.Size)) < 0) break;
            at++;
        }

        int entrySize = IndexHeader.EntrySizeOf(IndexKind.Dynamic);
        throw IndexHeader.Invalid(
            $"chunk {at} does not end behind the one before",
            IndexHeader.Size + (at * entrySize));
    }
}
