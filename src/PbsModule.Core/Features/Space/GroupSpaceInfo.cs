using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>The space usage of a group with all its snapshots. Its text is the group's identity.</summary>
public sealed class GroupSpaceInfo : SpaceUsage, IGroupItem
{
    private readonly GroupIdentity _group;

    internal GroupSpaceInfo(GroupIdentity group, int snapshots, in SpaceNumbers numbers, string? problem)
        : base(numbers)
    {
        _group = group;
        SnapshotCount = snapshots;
        Problem = problem;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>Snapshots, finished or not.</summary>
    public int SnapshotCount { get; }

    /// <inheritdoc cref="SnapshotSpaceInfo.Problem"/>
    public string? Problem { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    public override string ToString() => _group.ToString();
}
