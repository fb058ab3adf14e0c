namespace PbsModule.Completion;

/// <summary>Completes identity texts of groups, <c>vm/100</c>.</summary>
public sealed class GroupCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        BackupIdCompleter.Groups(request, IdentityQuery(request), cancellation).Select(group => new Candidate(
            IsNamespaceTyped(request) ? group.ToString() : $"{group.BackupType}/{group.BackupId}",
            BackupIdCompleter.Describe(group)));

    /// <summary>False for a group and a slash typed by position, which starts a snapshot.</summary>
    private protected override bool Applies(CompletionRequest request, bool isNamed) =>
        isNamed || SnapshotCompleter.GroupTyped(request) is null;

    /// <summary>
    /// Selects groups in the given namespace, or in all namespaces if the word starts with <c>ns/</c>.
    /// </summary>
    internal static PbsModule.Core.Features.Listing.SnapshotQuery IdentityQuery(CompletionRequest request) =>
        IsNamespaceTyped(request) ? new() { Recurse = true } : request.Query();

    internal static bool IsNamespaceTyped(CompletionRequest request) =>
        request.Word.StartsWith("ns/", StringComparison.Ordinal);
}
