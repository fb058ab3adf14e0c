namespace PbsModule.Completion;

/// <summary>Completes the three backup types.</summary>
public sealed class BackupTypeCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        [new("vm", "virtual machines"), new("ct", "containers"), new("host", "hosts, backed up by the client")];
}
