using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;

namespace PbsModule.Core.Features.Compare;

/// <summary>
/// Compares two indexes by their chunks, without reading chunk data. Images have their chunks at fixed places, so
/// ranges change in place. In archives an insertion moves the rest, so ranges are added and removed.
/// </summary>
internal static class IndexComparison
{
    /// <summary>
    /// Returns the ranges in which two archives of one name differ, in ascending order; removed ranges come after added
    /// ones.
    /// </summary>
    public static IEnumerable<SnapshotDifference> Run(string archive, ChunkIndex reference, ChunkIndex index)
    {
        bool isFixed = reference.Kind == IndexKind.Fixed
            && index.Kind == IndexKind.Fixed
            && reference.Header.ChunkSize == index.Header.ChunkSize;
        return isFixed ? InPlace(archive, reference, index)
            : Foreign(
                archive,
                index,
                Digests(reference),
                SnapshotChange.Added).Concat(Foreign(archive, reference, Digests(index), SnapshotChange.Removed));
    }

    private static IEnumerable<SnapshotDifference> InPlace(string archive, ChunkIndex reference, ChunkIndex index)
    {
        long common = Math.Min(reference.LogicalSize, index.LogicalSize);
        long start = -1;
        for (int i = 0; i < Math.Min(reference.Count, index.Count); i++)
        {
            long offset = index.GetRange(i).Offset;
            bool differs = reference.GetDigest(i) != index.GetDigest(i);
            if (differs && start < 0) start = offset;
            if (differs || start < 0) continue;
            yield return SnapshotDifference.Range(SnapshotChange.Changed, archive, start, offset - start);
            start = -1;
        }

        if (start >= 0 && start < common)
        {
            yield return SnapshotDifference.Range(SnapshotChange.Changed, archive, start, common - start);
        }

        if (index.LogicalSize > common)
        {
            yield return SnapshotDifference.Range(SnapshotChange.Added, archive, common, index.LogicalSize - common);
        }

        if (reference.LogicalSize > common)
        {
            yield return SnapshotDifference.Range(
                SnapshotChange.Removed,
                archive,
                common,
                reference.LogicalSize - common);
        }
    }

    private static IEnumerable<SnapshotDifference> Foreign(
        string archive,
        ChunkIndex index,
        HashSet<Digest> known,
        SnapshotChange change)
    {
        long start = -1;
        for (int i = 0; i < index.Count; i++)
        {
            bool isKnown = known.Contains(index.GetDigest(i));
            long offset = index.GetRange(i).Offset;
            if (!isKnown && start < 0) start = offset;
            if (!isKnown || start < 0) continue;
            yield return SnapshotDifference.Range(change, archive, start, offset - start);
            start = -1;
        }

        if (start >= 0) yield return SnapshotDifference.Range(change, archive, start, index.LogicalSize - start);
    }

    private static HashSet<Digest> Digests(ChunkIndex index)
    {
        var digests = new HashSet<Digest>(index.Count);
        foreach (ChunkEntry entry in index.Entries) digests.Add(entry.Digest);
        return digests;
    }
}
