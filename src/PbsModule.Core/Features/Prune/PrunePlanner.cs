using System.Runtime.InteropServices;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Prune;

/// <summary>
/// Makes plans: reads the snapshots of one group after another, as a listing does, and decides on each group when it is
/// complete.
/// </summary>
internal sealed class PrunePlanner(DatastoreGate gate, DatastoreContext store, PruneSettings settings, int helpers)
{
    private readonly SnapshotTimes _times = new();
    private readonly List<PruneCandidate> _snapshots = [];
    private readonly List<bool> _verified = [];

    /// <summary>Returns the rows of all selected groups, in the order of listings.</summary>
    public IEnumerable<PrunePlanInfo> Run(
        GroupQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        IEnumerable<ScanSource<PlannedGroup>> sources =
            query.Groups.Count > 0 ? Named(query, cancellation) : Listed(query, cancellation);
        var options = new ScanOptions<PlannedGroup, ReadSnapshot>(
            static (PlannedGroup group, in SnapshotRecord record) => new ReadSnapshot(group, record), helpers)
        {
            OnUnreadable = static group => group.IsUnreadable = true,
        };
        PlannedGroup? current = null;
        var scan = SnapshotScan<PlannedGroup, ReadSnapshot>.Run(sources, options, cancellation);
        foreach (ScanResult<ReadSnapshot> result in scan)
        {
            if (result.Problem is not null) onProblem(result.Problem);
            if (result.Item is not { } snapshot) continue;
            if (!ReferenceEquals(snapshot.Group, current))
            {
                foreach (PrunePlanInfo row in Finish(current, onProblem)) yield return row;
                current = snapshot.Group;
            }

            _snapshots.Add(snapshot.Candidate);
            _verified.Add(snapshot.IsVerified);
        }

        foreach (PrunePlanInfo row in Finish(current, onProblem)) yield return row;
    }

    /// <summary>Lists the groups that the caller may prune.</summary>
    private IEnumerable<ScanSource<PlannedGroup>> Listed(GroupQuery query, CancellationToken cancellation)
    {
        AccessGrant grant = gate.EnterPrune(store, query.Namespace);
        foreach (WalkStep<GroupFolder> step in new GroupSelection(grant, query).Run(cancellation))
        {
            if (step.Problem is not null) yield return Problem(step.Problem);
            if (step.Item is null) continue;
            foreach (ScanSource<PlannedGroup> source in Sources(step.Item)) yield return source;
        }
    }

    /// <summary>
    /// Opens the named groups. A group that does not exist, or that the caller may not prune, is reported and the next
    /// one is tried.
    /// </summary>
    private IEnumerable<ScanSource<PlannedGroup>> Named(GroupQuery query, CancellationToken cancellation)
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
            foreach (ScanSource<PlannedGroup> source in Sources(group)) yield return source;
        }
    }

    private IEnumerable<ScanSource<PlannedGroup>> Sources(GroupFolder group)
    {
        TimeFolder[] times = _times.Read(group, out List<ListingProblem>? problems);
        foreach (ListingProblem problem in problems ?? []) yield return Problem(problem);
        if (times.Length == 0)
        {
            group.Dispose();
            yield break;
        }

        var planned = new PlannedGroup(new GroupIdentity(store, group.Namespace, group.Path));
        yield return new ScanSource<PlannedGroup>(planned, group, times, null);
    }

    /// <summary>
    /// Returns the rows of a completely read group, and none if the read was incomplete: a missing snapshot would
    /// change which others the keep options choose.
    /// </summary>
    private PrunePlanInfo[] Finish(PlannedGroup? group, Action<ListingProblem> onProblem)
    {
        if (group is null) return [];
        PrunePlanInfo[] rows = group.IsUnreadable ? []
            : GroupPlan.Make(
                group.Identity, CollectionsMarshal.AsSpan(_snapshots), CollectionsMarshal.AsSpan(_verified), settings);
        _snapshots.Clear();
        _verified.Clear();
        if (group.IsUnreadable) onProblem(NotPlanned(group.Identity));
        return rows;
    }

    private static ListingProblem NotPlanned(GroupIdentity group)
    {
        string message = $"group '{group}' is not planned: not all of its snapshots can be read";
        var failure = new PbsStorageException(PbsErrorId.DirectoryUnreadable, message, group.ToString());
        return new ListingProblem(failure.ErrorId, message, group.ToString(), ListingProblemKind.Error, failure);
    }

    private static ScanSource<PlannedGroup> Problem(ListingProblem problem) => new(null!, null, default, problem);

    /// <summary>A group in the course of being read.</summary>
    private sealed class PlannedGroup(GroupIdentity identity)
    {
        private volatile bool _isUnreadable;

        public GroupIdentity Identity { get; } = identity;

        /// <summary>True once one of its snapshots could not be read.</summary>
        public bool IsUnreadable
        {
            get => _isUnreadable;
            set => _isUnreadable = value;
        }
    }

    /// <summary>Data of a snapshot, held until its group is complete.</summary>
    private sealed class ReadSnapshot(PlannedGroup group, in SnapshotRecord record)
    {
        public PlannedGroup Group { get; } = group;

        public PruneCandidate Candidate { get; } = new(record.Time, record.Finished, record.Protected);

        public bool IsVerified { get; } = record.Verified == VerifyOutcome.Ok;
    }
}
