namespace PbsModule.Completion;

/// <summary>Completes names of roles.</summary>
public sealed class RoleCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Identities.ListRoles([], static _ => { }).Select(role =>
            new Candidate(role.Role, $"{role.Comment}: {role.Privileges}"));
}
