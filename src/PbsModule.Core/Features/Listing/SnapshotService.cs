using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>Lists snapshots.</summary>
public sealed class SnapshotService
{
    private readonly ServiceScope _scope;

    internal SnapshotService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns snapshots by namespace, type, id, time; named ones in the order they were named, unless only the latest
    /// are wanted. Source: PBS GET snapshots.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The namespace does not exist.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public IEnumerable<SnapshotInfo> List(
        DatastoreContext store,
        SnapshotQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        if (query.Latest is not null) query = query with { Snapshots = [.. ByGroup(query.Snapshots)] };
        var filter = new SnapshotFilter(query);
        IEnumerable<ScanSource<ListedGroup>> sources = query.Snapshots.Count > 0
            ? new NamedSnapshots(_scope.Gate, store, query).Run(cancellation)
            : ListedSources(store, query, filter, cancellation);
        IEnumerable<SnapshotInfo> snapshots = Scan(sources, filter, onProblem, cancellation);
        return filter.LatestAfterReading is int count ? Latest(snapshots, count) : snapshots;
    }

    private IEnumerable<ScanSource<ListedGroup>> ListedSources(
        DatastoreContext store,
        SnapshotQuery query,
        SnapshotFilter filter,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.EnterBelow(Entries.ListSnapshots, store, query.Namespace, query.DepthOr(0));
        var times = new SnapshotTimes();
        using var reader = new SnapshotReader();
        foreach (WalkStep<GroupFolder> step in new GroupSelection(grant, query).Run(cancellation))
        {
            if (step.Problem is not null) yield return ListedGroup.Problem(step.Problem);
            if (step.Item is not { } group) continue;
            TimeFolder[] found = times.Read(group, out List<ListingProblem>? problems);
            foreach (ListingProblem problem in problems ?? []) yield return ListedGroup.Problem(problem);
            ReadOnlyMemory<TimeFolder> chosen = filter.Choose(
                found,
                time => reader.TryRead(group, time, manifest: false, out SnapshotRecord record) && record.Finished);
            if (chosen.IsEmpty) group.Dispose();
            else yield return new ScanSource<ListedGroup>(new ListedGroup(group, store), group, chosen, null);
        }
    }

    private IEnumerable<SnapshotInfo> Scan(
        IEnumerable<ScanSource<ListedGroup>> sources,
        SnapshotFilter filter,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        SnapshotMaker<ListedGroup, SnapshotInfo> make =
            static (ListedGroup group, in SnapshotRecord record) => group.Make(record);
        var options = new ScanOptions<ListedGroup, SnapshotInfo>(make, _scope.Engine.Helpers);
        foreach (ScanResult<SnapshotInfo> result in SnapshotScan<ListedGroup, SnapshotInfo>.Run(
            sources,
            options,
            cancellation))
        {
            if (result.Problem is not null) onProblem(result.Problem);

            // Runs on the caller's thread, because the caller's pattern need not be thread-safe.
            if (result.Item is not null && filter.Passes(result.Item)) yield return result.Item;
        }
    }

    private static IEnumerable<SnapshotPath> ByGroup(IReadOnlyList<SnapshotPath> snapshots) =>
        snapshots.Distinct().GroupBy(snapshot => (snapshot.Namespace, snapshot.Group)).SelectMany(group =>
            group.OrderBy(snapshot => snapshot.Time));

    /// <summary>Returns the last few of each group when only reading shows which ones count.</summary>
    private static IEnumerable<SnapshotInfo> Latest(IEnumerable<SnapshotInfo> snapshots, int count)
    {
        var last = new Queue<SnapshotInfo>();
        foreach (SnapshotInfo snapshot in snapshots)
        {
            if (last.TryPeek(out SnapshotInfo? first) && !first.IsOfSameGroup(snapshot))
            {
                foreach (SnapshotInfo kept in last) yield return kept;
                last.Clear();
            }

            last.Enqueue(snapshot);
            if (last.Count > count) last.Dequeue();
        }

        foreach (SnapshotInfo kept in last) yield return kept;
    }
}

/// <summary>A group in the course of a listing.</summary>
internal sealed class ListedGroup(GroupFolder group, DatastoreContext store)
{
    private readonly GroupIdentity _identity = new(store, group.Namespace, group.Path);
    private readonly string? _owner = group.Owner?.ToString();

    /// <summary>A group without a readable owner reports this on each of its snapshots.</summary>
    private readonly string? _problem = group.OwnerError;

    public SnapshotInfo Make(in SnapshotRecord record) => new(_identity, _owner, record, record.Problem ?? _problem);

    /// <summary>Makes a step for a problem in the order of the listing; it belongs to no group.</summary>
    public static ScanSource<ListedGroup> Problem(ListingProblem problem) => new(null!, null, default, problem);
}
