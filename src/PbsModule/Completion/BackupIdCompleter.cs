using PbsModule.Core.Features.Listing;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Completes ids of the groups selected by the other parameters.</summary>
public sealed class BackupIdCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        Groups(request, request.Query() with
        {
            Ids = [],
        }, cancellation).Select(group => new Candidate(group.BackupId, Describe(group)));

    internal static IEnumerable<GroupInfo> Groups(
        CompletionRequest request,
        GroupQuery query,
        CancellationToken cancellation) =>
        request.Stores(cancellation).SelectMany(store =>
            request.Engine.Groups.List(store, query, static _ => { }, cancellation));

    internal static string Describe(GroupInfo group) =>
        $"{group}: {group.BackupCount} {(group.BackupCount == 1 ? "snapshot" : "snapshots")}, last "
            + $"{DisplayText.Age(group.LastBackup)} ago, owner {group.Owner}"
        + (group.Comment is null ? "" : $", {group.Comment}");
}
