namespace PbsModule.Core.Features.Garbage;

/// <summary>Options for collecting or measuring garbage.</summary>
public sealed record GarbageQuery
{
    /// <summary>
    /// Remove only chunks last accessed before this time; null for the server's limit, which is also the latest time
    /// allowed: 24 h 5 min ago, or the <c>gc-atime-cutoff</c> of the store.
    /// </summary>
    public DateTimeOffset? Cutoff { get; init; }

    /// <summary>
    /// Bytes of memory for remembered digests, 57 each. With less than all digests need, the collection takes longer.
    /// </summary>
    public long Memory { get; init; } = Storage.Garbage.GarbageCollectionSettings.DefaultMemory;

    /// <summary>
    /// Also collects while a server's daemons run, whose active backups then fail, and where PBS's locks cannot be
    /// seen.
    /// </summary>
    public bool Force { get; init; }
}
