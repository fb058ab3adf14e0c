using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>What to verify: a snapshot, a group, or a namespace with what lies below.</summary>
/// <param name="Namespace">Where.</param>
/// <param name="Group">One group; null for all.</param>
/// <param name="Time">One snapshot of the group, Unix seconds; null for all.</param>
/// <param name="Depth">Levels of namespaces below, 0 to 7; counts where there is no group.</param>
public sealed record VerifyScope(
    BackupNamespace Namespace,
    GroupPath? Group = null,
    long? Time = null,
    int Depth = BackupNamespace.MaxDepth)
{
    /// <summary>One snapshot.</summary>
    public static VerifyScope Of(SnapshotPath snapshot) => new(snapshot.Namespace, snapshot.Group, snapshot.Time, 0);

    public override string ToString() =>
        Group is not { } group ? Namespace.Text
        : Time is { } time ? new SnapshotPath(Namespace, group, time).ToString()
        : Namespace.IsRoot ? group.ToString() : $"{Namespace.DiskPath}/{group}";
}

/// <summary>How much of the chunks to look at.</summary>
/// <param name="Share">More than 0, at most 1; null where <paramref name="Bytes"/> decides.</param>
/// <param name="Bytes">Bytes of data; null where <paramref name="Share"/> decides.</param>
public sealed record VerifySample(double? Share, long? Bytes);

/// <summary>What to verify, and how.</summary>
public sealed record VerifyQuery
{
    /// <summary>Snapshots, groups, namespaces of one store.</summary>
    public IReadOnlyList<VerifyScope> Scopes { get; init; } = [new VerifyScope(BackupNamespace.Root)];

    /// <summary>Leaves out what was verified before, with whatever result.</summary>
    public bool IgnoreVerified { get; init; }

    /// <summary>With <see cref="IgnoreVerified"/>: verifies again after more than so many days.</summary>
    public int? OutdatedAfter { get; init; }

    /// <summary>Only reads: no state is recorded and no chunk renamed.</summary>
    public bool NoStateUpdate { get; init; }

    /// <summary>Records states also where PBS's locks cannot be seen.</summary>
    public bool Force { get; init; }

    /// <summary>Ends at the first fault.</summary>
    public bool FailFast { get; init; }

    /// <summary>Looks only at a part of the chunks; null for all.</summary>
    public VerifySample? Sample { get; init; }

    /// <summary>
    /// Begins no snapshot after this time; those that were not verified for the longest time come first.
    /// </summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>
    /// Opens chunks that were encrypted with it, so that they are checked in depth. The caller keeps it until the run
    /// has ended.
    /// </summary>
    public CryptKey? Key { get; init; }

    /// <summary>
    /// Tells how far it is; of how much, as soon as that has been added up out of the manifests beside the run.
    /// </summary>
    public bool ShowsProgress { get; init; }

    /// <summary>Threads that check chunks; null for twice the processors.</summary>
    public int? Threads { get; init; }
}
