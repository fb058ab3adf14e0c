using System.Runtime.InteropServices;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Makes plans: reads the snapshots of one group after the other, as a listing does, and decides on each group when it is complete.</summary>
internal sealed class PrunePlanner(Gate gate, DatastoreContext store, PruneSettings settings, int helpers)
{
    private readonly SnapshotTimes _times = new();
    private readonly List<PruneCandidate> _snapshots = [];
    private readonly List<bool> _verified = [];

    /// <summary>The rows of all groups that are meant, group by group in the order of listings.</summary>
    public IEnumerable<PrunePlanInfo> Run(GroupQuery query, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        IEnumerable<ScanSource<GroupIdentity>> sources = query.Groups.Count > 0 ? Named(query, cancellation) : Listed(query, cancellation);
        var options = new ScanOptions<GroupIdentity, ReadSnapshot>(static (GroupIdentity group, in SnapshotRecord record) => new ReadSnapshot(group, record), helpers);
        GroupIdentity? current = null;
        foreach (ScanResult<ReadSnapshot> result in SnapshotScan<GroupIdentity, ReadSnapshot>.Run(sources, options, cancellation))
        {
            if (result.Problem is not null) onProblem(result.Problem);
            if (result.Item is not { } snapshot) continue;
            if (!ReferenceEquals(snapshot.Group, current))
            {
                foreach (PrunePlanInfo row in Finish(current)) yield return row;
                current = snapshot.Group;
            }

            _snapshots.Add(snapshot.Candidate);
            _verified.Add(snapshot.IsVerified);
        }

        foreach (PrunePlanInfo row in Finish(current)) yield return row;
    }

    /// <summary>The groups of namespaces, as far as the caller may prune them.</summary>
    private IEnumerable<ScanSource<GroupIdentity>> Listed(GroupQuery query, CancellationToken cancellation)
    {
        Passage passage = gate.EnterPrune(store, query.Namespace);
        foreach (WalkStep<GroupFolder> step in new GroupSelection(passage, query).Run(cancellation))
        {
            if (step.Problem is not null) yield return Problem(step.Problem);
            if (step.Item is null) continue;
            foreach (ScanSource<GroupIdentity> source in Sources(step.Item)) yield return source;
        }
    }

    /// <summary>Groups that were named one by one. One that is not there, or not for the caller, is reported and the next one tried.</summary>
    private IEnumerable<ScanSource<GroupIdentity>> Named(GroupQuery query, CancellationToken cancellation)
    {
        foreach (GroupPath path in query.Groups)
        {
            cancellation.ThrowIfCancellationRequested();
            GroupFolder? group = null;
            ListingProblem? problem = null;
            try
            {
                group = gate.EnterGroup(Entries.PruneGroup, store, query.Namespace, path).Group;
            }
            catch (PbsException e)
            {
                problem = new ListingProblem(e.ErrorId, e.Message, path.ToString(), ListingProblemKind.Error, e);
            }

            if (problem is not null) yield return Problem(problem);
            if (group is null) continue;
            foreach (ScanSource<GroupIdentity> source in Sources(group)) yield return source;
        }
    }

    private IEnumerable<ScanSource<GroupIdentity>> Sources(GroupFolder group)
    {
        TimeFolder[] times = _times.Read(group, out List<ListingProblem>? problems);
        foreach (ListingProblem problem in problems ?? []) yield return Problem(problem);
        if (times.Length == 0) group.Dispose();
        else yield return new ScanSource<GroupIdentity>(new GroupIdentity(store, group.Namespace, group.Path), group, times, null);
    }

    private PrunePlanInfo[] Finish(GroupIdentity? group)
    {
        if (group is null) return [];
        PrunePlanInfo[] rows = GroupPlan.Make(group, CollectionsMarshal.AsSpan(_snapshots), CollectionsMarshal.AsSpan(_verified), settings);
        _snapshots.Clear();
        _verified.Clear();
        return rows;
    }

    private static ScanSource<GroupIdentity> Problem(ListingProblem problem) => new(null!, null, default, problem);

    /// <summary>What is kept of a snapshot until its group is complete.</summary>
    private sealed class ReadSnapshot(GroupIdentity group, in SnapshotRecord record)
    {
        public GroupIdentity Group { get; } = group;

        public PruneCandidate Candidate { get; } = new(record.Time, record.Finished, record.Protected);

        public bool IsVerified { get; } = record.Verified == VerifyOutcome.Ok;
    }
}
