namespace PbsModule.Core.Features.Listing;

/// <summary>The outcome of a snapshot's last verification, as recorded in its manifest.</summary>
public enum VerifyState
{
    /// <summary>Never verified, or the manifest cannot be read.</summary>
    None,
    Ok,
    Failed,
}
