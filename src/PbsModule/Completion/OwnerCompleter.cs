namespace PbsModule.Completion;

/// <summary>Owners of the groups that the other parameters leave.</summary>
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
