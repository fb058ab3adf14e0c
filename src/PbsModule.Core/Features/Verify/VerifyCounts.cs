namespace PbsModule.Core.Features.Verify;

/// <summary>Counts a run's snapshots by outcome.</summary>
internal sealed class VerifyCounts
{
    /// <summary>Snapshots verified completely, or as far as a sample reaches.</summary>
    public int Verified { get; set; }

    /// <summary>Snapshots started but not finished.</summary>
    public int Unfinished { get; set; }

    /// <summary>Snapshots without a chunk in the sample.</summary>
    public int Unsampled { get; set; }

    /// <summary>Snapshots skipped because they were in use or had been removed.</summary>
    public int PassedOver { get; set; }
}
