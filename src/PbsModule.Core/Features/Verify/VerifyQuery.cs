using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Verify;

/// <summary>A scope to verify: a snapshot, a group, or a namespace with those below it.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Group">One group; null for all.</param>
/// <param name="Time">One snapshot of the group, Unix seconds; null for all.</param>
/// <param name="Depth">Levels of namespaces below, 0 to 7; applies only without a group.</param>
public sealed record VerifyScope(
    BackupNamespace Namespace,
    GroupPath? Group = null,
    long? Time = null,
    int Depth = BackupNamespace.MaxDepth)
{
    /// <summary>Makes the scope of one snapshot.</summary>
    public static VerifyScope Of(SnapshotPath snapshot) => new(snapshot.Namespace, snapshot.Group, snapshot.Time, 0);

    public override string ToString() =>
        Group is not { } group ? Namespace.Text
        : Time is { } time ? new SnapshotPath(Namespace, group, time).ToString()
        : Namespace.IsRoot ? group.ToString() : $"{Namespace.DiskPath}/{group}";
}

/// <summary>The part of the chunks to verify.</summary>
/// <param name="Share">
/// Share of the chunks, more than 0 and at most 1; null if <paramref name="Bytes"/> decides.
/// </param>
/// <param name="Bytes">Bytes of data; null if <paramref name="Share"/> decides.</param>
public sealed record VerifySample(double? Share, long? Bytes);

/// <summary>The scopes and options of a verification.</summary>
public sealed record VerifyQuery
{
    /// <summary>Snapshots, groups and namespaces of one store.</summary>
    public IReadOnlyList<VerifyScope> Scopes { get; init; } = [new VerifyScope(BackupNamespace.Root)];

    /// <summary>Skips snapshots that were verified before, whatever the result.</summary>
    public bool IgnoreVerified { get; init; }

    /// <summary>With <see cref="IgnoreVerified"/>: verifies again after this many days.</summary>
    public int? OutdatedAfter { get; init; }

    /// <summary>Only reads: records no state and renames no chunk.</summary>
    public bool NoStateUpdate { get; init; }

    /// <summary>Records states even where PBS's locks cannot be seen.</summary>
    public bool Force { get; init; }

    /// <summary>Stops at the first failure.</summary>
    public bool FailFast { get; init; }

    /// <summary>Checks only a sample of the chunks; null for all.</summary>
    public VerifySample? Sample { get; init; }

    /// <summary>Starts no snapshot after this time. Snapshots not verified for the longest time come first.</summary>
    public TimeSpan? MaxDuration { get; init; }

    /// <summary>
    /// Decrypts chunks encrypted with this key, so that their content is checked too. The caller keeps ownership until
    /// the run has ended.
    /// </summary>
    public CryptKey? Key { get; init; }

    /// <summary>
    /// Reports progress. The total is added once it has been summed up from the manifests, in parallel with the run.
    /// </summary>
    public bool ShowsProgress { get; init; }

    /// <summary>Number of threads that check chunks; null for twice the number of processors.</summary>
    public int? Threads { get; init; }
}
