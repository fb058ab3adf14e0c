using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Completes times of the snapshots selected by the other parameters, the newest first.</summary>
public sealed class BackupTimeCompleter : PbsCompleter
{
    // Each snapshot requires reading a manifest; across many groups only the newest ones are useful at a prompt.
    private const int NewestOfOneGroup = 500;
    private const int NewestOfEach = 5;

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation)
    {
        SnapshotQuery query = request.Query();
        bool oneGroup = query.Ids is [{ IsLiteral: true }];
        return NewestFirst(request, query with { Latest = oneGroup ? NewestOfOneGroup : NewestOfEach }, cancellation)
            .Select(snapshot => new Candidate(DisplayText.Time(snapshot.BackupTime), Describe(snapshot)));
    }

    internal static IEnumerable<SnapshotInfo> NewestFirst(
        CompletionRequest request,
        SnapshotQuery query,
        CancellationToken cancellation)
    {
        List<SnapshotInfo> snapshots = [];
        try
        {
            foreach (DatastoreContext store in request.Stores(cancellation))
            {
                foreach (SnapshotInfo snapshot in request.Engine.Snapshots.List(
                    store,
                    query,
                    static _ => { },
                    cancellation))
                {
                    if (cancellation.IsCancellationRequested) break;
                    snapshots.Add(snapshot);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // After a timeout the results so far are sorted.
        }

        return snapshots.OrderByDescending(snapshot => snapshot.BackupTime);
    }

    internal static string Describe(SnapshotInfo snapshot) => string.Join(", ", new[]
    {
        $"{DisplayText.Age(snapshot.BackupTime)} ago",
        snapshot.Finished ? DisplayText.Size(snapshot.Size) : "unfinished",
        snapshot.VerifyState == VerifyState.None
            ? ""
            : $"verified {snapshot.VerifyState.ToString().ToLowerInvariant()}",
        snapshot.Protected ? "protected" : "",
        snapshot.Owner is null ? "" : $"owner {snapshot.Owner}",
        snapshot.Comment ?? "",
    }.Where(text => text.Length > 0));
}
