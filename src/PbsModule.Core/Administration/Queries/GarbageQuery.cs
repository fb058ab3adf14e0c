namespace PbsModule.Core.Administration;

/// <summary>How garbage is collected or measured.</summary>
public sealed record GarbageQuery
{
    /// <summary>
    /// Remove only what was not accessed since then; null for PBS's 24 h 5 min, which it may not be younger than.
    /// </summary>
    public DateTimeOffset? Cutoff { get; init; }

    /// <summary>
    /// Bytes of memory to remember digests in, 57 each; with less than it takes the work takes longer.
    /// </summary>
    public long Memory { get; init; } = Storage.GarbageCollectionSettings.DefaultMemory;

    /// <summary>
    /// Collect also where a server's daemons are alive, whose backups then fail, and where PBS's locks cannot be seen.
    /// </summary>
    public bool Force { get; init; }
}
