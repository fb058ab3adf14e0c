namespace PbsModule.Completion;

/// <summary>
/// Completes possible owners of a group: active users and tokens of the configuration, and current owners of groups.
/// </summary>
public sealed class NewOwnerCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        List<Candidate> known = [];
        if (request.Engine.Connection.Options is not null)
        {
            known.AddRange(request.Engine.Identities.ListUsers([], static _ => { })
                .Where(user => user.IsActive)
                .Select(user => new Candidate(user.AuthId, user.Comment ?? "user")));
            known.AddRange(request.Engine.Identities.ListTokens([], static _ => { })
                .Where(token => token.IsActive)
                .Select(token => new Candidate(token.AuthId, token.Comment ?? "token")));
        }

        return known
            .OrderBy(candidate => candidate.Text, StringComparer.Ordinal)
            .Concat(OwnerCompleter.Owners(request, cancellation));
    }
}
