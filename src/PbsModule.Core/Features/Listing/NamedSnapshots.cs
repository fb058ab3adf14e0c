using PbsModule.Core.Access;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// Reads named snapshots. A snapshot that does not exist, or that the caller may not read, is reported and the next one
/// is tried.
/// </summary>
internal sealed class NamedSnapshots(DatastoreGate gate, DatastoreContext store, SnapshotQuery query)
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
            AccessGrant grant = gate.Enter(Entries.ListSnapshots, store, path.Namespace);
            using NamespaceFolder ns = NamespaceFolder.Open(grant.Datastore, path.Namespace);
            GroupFolder group = _walk.Open(ns, path.Group);
            if (TryChoose(grant, group, path, out TimeFolder time))
            {
                return new ScanSource<ListedGroup>(new ListedGroup(group, store), group, new[] { time }, null);
            }

            bool isAdmitted = IsAdmitted(grant, group);
            ListingProblem? hidden = isAdmitted && group.Owner is null && !query.Force ? group.OwnerProblem() : null;
            group.Dispose();
            if (hidden is not null) return ListedGroup.Problem(hidden);

            // A group of another owner gets the same answer as one that does not exist.
            if (!isAdmitted) throw GroupWalk.NotFound(ns, path.Group);
            throw SnapshotLookup.NotFound(grant.Datastore, path);
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

    private bool TryChoose(AccessGrant grant, GroupFolder group, SnapshotPath path, out TimeFolder time)
    {
        time = default;
        if (!IsAdmitted(grant, group) || (group.Owner is null && !query.Force)) return false;
        return SnapshotLookup.TryFind(_times, group, path.Time, out time);
    }

    private static bool IsAdmitted(AccessGrant grant, GroupFolder group) =>
        grant.On(group.Namespace) is NamespaceAccess granted && grant.Admits(granted, group.Owner);
}
