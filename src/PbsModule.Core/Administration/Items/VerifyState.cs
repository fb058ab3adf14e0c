namespace PbsModule.Core.Administration;

/// <summary>The outcome of the last verification of a snapshot, as its manifest remembers it.</summary>
public enum VerifyState
{
    /// <summary>Never verified, or the manifest cannot be read.</summary>
    None,
    Ok,
    Failed,
}
