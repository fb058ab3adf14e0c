namespace PbsModule.Completion;

/// <summary>Completes names of privileges.</summary>
public sealed class PrivilegeCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Identities.ListPrivileges([], static _ => { }).Select(privilege =>
            new Candidate(privilege.Privilege, $"in the roles {privilege.Roles}"));
}
