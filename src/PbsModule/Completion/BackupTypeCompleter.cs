namespace PbsModule.Completion;

/// <summary>The three kinds of backup.</summary>
public sealed class BackupTypeCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        [new("vm", "virtual machines"), new("ct", "containers"), new("host", "hosts, backed up by the client")];
}
