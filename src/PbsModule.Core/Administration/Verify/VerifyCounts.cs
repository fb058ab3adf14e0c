namespace PbsModule.Core.Administration;

/// <summary>How many snapshots of a run ended in which way.</summary>
internal sealed class VerifyCounts
{
    /// <summary>Snapshots that were looked at to the end, or as far as a sample reaches.</summary>
    public int Verified { get; set; }

    /// <summary>Snapshots that were begun and not finished.</summary>
    public int Unfinished { get; set; }

    /// <summary>Snapshots of which no chunk was in the sample.</summary>
    public int Unsampled { get; set; }

    /// <summary>
    /// Snapshots that were passed over because somebody is at work on them, or because they are gone.
    /// </summary>
    public int PassedOver { get; set; }
}
