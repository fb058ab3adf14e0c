namespace PbsModule.Core.Storage.Space;

/// <summary>What is counted of a snapshot, a group, a namespace or a set of snapshots. Sizes in bytes.</summary>
internal record struct SpaceNumbers
{
    /// <summary>Of the images and archives.</summary>
    public long Logical;

    /// <summary>On disk, each chunk as often as it is referenced.</summary>
    public long Referenced;

    /// <summary>Of the data in the different chunks, unpacked.</summary>
    public long Unique;

    /// <summary>On disk, each chunk once.</summary>
    public long Stored;

    /// <summary>On disk, of chunks that nothing else references.</summary>
    public long Exclusive;

    /// <summary>On disk, of chunks that the snapshot before does not reference; of the first one all.</summary>
    public long Added;

    /// <summary>Index files.</summary>
    public long Indexes;

    public long References;

    /// <summary>Different chunks.</summary>
    public long Chunks;

    /// <summary>Different chunks that are not there.</summary>
    public long Missing;

    /// <summary>Sums up what lies in a whole: all but what is counted by different chunks.</summary>
    public void Gather(in SpaceNumbers part)
    {
        Logical = Saturating(Logical, part.Logical);
        Referenced += part.Referenced;
        Indexes += part.Indexes;
        References += part.References;
    }

    public static long Saturating(long sum, long part) => part > long.MaxValue - sum ? long.MaxValue : sum + part;
}
