namespace PbsModule.Completion;

/// <summary>Completes users, without their tokens.</summary>
public sealed class UserCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Identities.ListUsers([], static _ => { }).Select(user =>
            new Candidate(user.AuthId, AuthIdCompleter.Describe("user", user.IsActive, user.Comment)));
}
