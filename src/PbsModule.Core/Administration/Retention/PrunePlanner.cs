using System.Runtime.InteropServices;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Makes plans: reads the snapshots of one group after the other, as a listing does, and decides on each group when it
/// is complete.
/// </summary>
internal sealed class PrunePlanner(Gate gate, DatastoreContext store, PruneSettings settings, int helpers)
{
    private readonly SnapshotTimes _times = new();
    private readonly List<PruneCandidate> _snapshots = [];
    private readonly List<bool> _verified = [];

    /// <summary>The rows of all groups that are meant, group by group in the order of listings.</summary>
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

    /// <summary>The groups of namespaces, as far as the caller may prune them.</summary>
    private IEnumerable<ScanSource<PlannedGroup>> Listed(GroupQuery query, CancellationToken cancellation)
    {
        Passage passage = gate.EnterPrune(store, query.Namespace);
        foreach (WalkStep<GroupFolder> step in new GroupSelection(passage, query).Run(cancellation))
        {
            if (step.Problem is not null) yield return Problem(step.Problem);
            if (step.Item is null) continue;
            foreach (ScanSource<PlannedGroup> source in Sources(step.Item)) yield return source;
        }
    }

    /// <summary>
    /// Groups that were named one by one. One that is not there, or not for the caller, is reported and the next one
    /// tried.
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
    /// The rows of a group that has been read. None for one that was not read completely: a snapshot that is left out
    /// changes what the keep options choose among the others.
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

    /// <summary>A group that is being read.</summary>
    private sealed class PlannedGroup(GroupIdentity identity)
    {
        private volatile bool _isUnreadable;

        public GroupIdentity Identity { get; } = identity;

        /// <summary>True once one of its snapshots could not be looked into.</summary>
        public bool IsUnreadable
        {
            get => _isUnreadable;
            set => _isUnreadable = value;
        }
    }

    /// <summary>What is kept of a snapshot until its group is complete.</summary>
    private sealed class ReadSnapshot(PlannedGroup group, in SnapshotRecord record)
    {
        public PlannedGroup Group { get; } = group;

        public PruneCandidate Candidate { get; } = new(record.Time, record.Finished, record.Protected);

        public bool IsVerified { get; } = record.Verified == VerifyOutcome.Ok;
    }
}
