using PbsModule.Core.Features.Jobs;

namespace PbsModule.Completion;

/// <summary>Completes names of remotes.</summary>
public sealed class RemoteCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Remotes.List([], static _ => { }).Select(remote =>
            new Candidate(remote.Remote, $"{remote.AuthId} on {remote.Host}"));
}
