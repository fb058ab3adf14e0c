using PbsModule.Core.Access;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Reads named snapshots. A snapshot that does not exist, or that the caller may not read, is reported and the next one
/// is tried.
/// </summary>
internal sealed class NamedSnapshots(Gate gate, DatastoreContext store, SnapshotQuery query)
{
    private readonly GroupWalk _walk = new();
    private readonly SnapshotTimes _times = new();

    public IEnumerable<ScanSource<ListedGroup>> Run(CancellationToken cancellation)
    {
        foreach (SnapshotPath path in query.Snapshots)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return Find(path);
        }
    }

    private ScanSource<ListedGroup> Find(SnapshotPath path)
    {
        try
        {
            Passage passage = gate.Enter(Entries.ListSnapshots, store, path.Namespace);
            using NamespaceFolder ns = NamespaceFolder.Open(passage.Datastore, path.Namespace);
            GroupFolder group = _walk.Open(ns, path.Group);
            if (TryChoose(passage, group, path, out TimeFolder time))
            {
                return new ScanSource<ListedGroup>(new ListedGroup(group, store), group, new[] { time }, null);
            }

            bool isAdmitted = IsAdmitted(passage, group);
            ListingProblem? hidden = isAdmitted && group.Owner is null && !query.Force ? group.OwnerProblem() : null;
            group.Dispose();
            if (hidden is not null) return ListedGroup.Problem(hidden);

            // A group of another owner gets the same answer as one that does not exist.
            if (!isAdmitted) throw GroupWalk.NotFound(ns, path.Group);
            throw SnapshotLookup.NotFound(passage.Datastore, path);
        }
        catch (PbsException e)
        {
            return ListedGroup.Problem(new ListingProblem(
                e.ErrorId,
                e.Message,
                path.ToString(),
                ListingProblemKind.Error,
                e));
        }
    }

    private bool TryChoose(Passage passage, GroupFolder group, SnapshotPath path, out TimeFolder time)
    {
        time = default;
        if (!IsAdmitted(passage, group) || (group.Owner is null && !query.Force)) return false;
        return SnapshotLookup.TryFind(_times, group, path.Time, out time);
    }

    private static bool IsAdmitted(Passage passage, GroupFolder group) =>
        passage.On(group.Namespace) is NamespaceAccess granted && passage.Admits(granted, group.Owner);
}
