namespace PbsModule.Completion;

/// <summary>Completes owners of the groups selected by the other parameters.</summary>
public sealed class OwnerCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) => Owners(request, cancellation);

    internal static IEnumerable<Candidate> Owners(CompletionRequest request, CancellationToken cancellation) =>
        BackupIdCompleter.Groups(request, request.Query(), cancellation)
            .Where(group => group.Owner is not null)
            .Select(group => new Candidate(group.Owner!, $"owner of {group}"));
}
