namespace PbsModule.Core.Storage.Garbage;

/// <summary>What a look at all indexes and chunks of a store has come to.</summary>
internal sealed record GarbageFigures
{
    /// <summary>Upper bounds of the ages that garbage is sorted by, days; the last class has none.</summary>
    public static IReadOnlyList<int> AgeBounds { get; } = [1, 7, 30, 365];

    public long IndexFiles { get; set; }

    public long IndexBytes { get; set; }

    public long InUseBytes { get; set; }

    public long InUseChunks { get; set; }

    /// <summary>Chunks that are referred to and not there.</summary>
    public long MissingChunks { get; set; }

    public long ReclaimableBytes { get; set; }

    public long ReclaimableChunks { get; set; }

    public long PendingBytes { get; set; }

    public long PendingChunks { get; set; }

    public long BadChunks { get; set; }

    /// <summary>When the youngest pending chunk was accessed, Unix seconds.</summary>
    public long? YoungestPending { get; set; }

    /// <summary>Garbage by the time since it was accessed.</summary>
    public (long Bytes, long Chunks)[] Ages { get; } = new (long, long)[AgeBounds.Count + 1];

    public void Add(GarbageFigures other)
    {
        InUseBytes += other.InUseBytes;
        InUseChunks += other.InUseChunks;
        ReclaimableBytes += other.ReclaimableBytes;
        ReclaimableChunks += other.ReclaimableChunks;
        PendingBytes += other.PendingBytes;
        PendingChunks += other.PendingChunks;
        BadChunks += other.BadChunks;
        if (other.YoungestPending is { } time) YoungestPending = Math.Max(time, YoungestPending ?? time);
        for (int i = 0; i < Ages.Length; i++)
        {
            Ages[i] = (Ages[i].Bytes + other.Ages[i].Bytes, Ages[i].Chunks + other.Ages[i].Chunks);
        }
    }

    /// <summary>Counts a file that a collection at these times would remove, at once or later.</summary>
    public void AddGarbage(long size, long accessTime, bool isBad, CollectionTimes times)
    {
        int age = 0;
        while (age < AgeBounds.Count && times.Start - accessTime >= AgeBounds[age] * 86400L) age++;
        int chunk = isBad ? 0 : 1;
        Ages[age] = (Ages[age].Bytes + size, Ages[age].Chunks + chunk);
        if (accessTime < times.Cutoff)
        {
            ReclaimableBytes += size;
            ReclaimableChunks += chunk;
        }
        else
        {
            PendingBytes += size;
            PendingChunks += chunk;
            YoungestPending = Math.Max(accessTime, YoungestPending ?? accessTime);
        }
    }
}
