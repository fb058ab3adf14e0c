namespace PbsModule.Completion;

/// <summary>
/// Completes identity texts of snapshots for parameters that do not share their position with a group.
/// </summary>
public sealed class SnapshotTargetCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) => SnapshotCompleter.Identities(request, cancellation);
}
