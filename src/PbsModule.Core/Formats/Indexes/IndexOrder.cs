using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Indexes;

/// <summary>Checks a rule that PBS does not check: each chunk of a dynamic index ends after the previous one.</summary>
internal static class IndexOrder
{
    /// <param name="entries">The entries of a dynamic index.</param>
    /// <param name="first">The number of entries before these, used to state the place of a fault.</param>
    /// <exception cref="PbsFormatException">
    /// An entry breaks the rule. The error contains the offset of the entry in the file.
    /// </exception>
    public static void Check(ChunkEntries entries, long first)
    {
        // The sign bit is set if any size is not positive or any end exceeds the largest offset.
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
