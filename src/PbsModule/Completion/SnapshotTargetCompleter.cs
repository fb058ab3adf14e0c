namespace PbsModule.Completion;

/// <summary>Identity texts of snapshots, where no group is taken at the same position.</summary>
public sealed class SnapshotTargetCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) => SnapshotCompleter.Identities(request, cancellation);
}
