using PbsModule.Core.Datastores;
using PbsModule.Core.Features;

namespace PbsModule.Completion;

/// <summary>
/// Completes users, each followed by its tokens; from the configuration in the same command, if there is one.
/// </summary>
public sealed class AuthIdCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        PbsEngine engine = request.ConfigRoot is { } root
            ? new PbsEngine(Connection.Local(new ConnectionOptions { ConfigRoot = root }))
            : request.Engine;
        return engine.Identities.ListUsers([], static _ => { }).Select(user =>
            new Candidate(user.AuthId, Describe("user", user.IsActive, user.Comment)))
            .Concat(engine.Identities.ListTokens([], static _ => { }).Select(token =>
                new Candidate(token.AuthId, Describe("token", token.IsActive, token.Comment))))
            .OrderBy(candidate => candidate.Text, StringComparer.Ordinal);
    }

    internal static string Describe(string kind, bool isActive, string? comment) =>
        (isActive ? kind : $"{kind}, disabled or expired") + (comment is null ? "" : $": {comment}");
}
