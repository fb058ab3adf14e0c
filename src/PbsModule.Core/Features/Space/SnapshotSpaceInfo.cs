using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>The space usage of a snapshot. Its text is the snapshot's identity.</summary>
public sealed class SnapshotSpaceInfo : SpaceUsage, ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    internal SnapshotSpaceInfo(GroupIdentity group, long time, in SpaceNumbers numbers, string? problem)
        : base(numbers)
    {
        (_group, _time) = (group, time);
        Problem = problem;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <inheritdoc cref="SnapshotInfo.BackupTime"/>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    /// <summary>
    /// The part of <see cref="SpaceUsage.StoredSize"/> that the previous snapshot of the group does not reference; for
    /// the first snapshot all of it.
    /// </summary>
    public long AddedSize => Numbers.Added;

    /// <summary>The problem that made the count incomplete; null if everything was counted.</summary>
    public string? Problem { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => ((ISnapshotItem)this).Snapshot.ToString();
}
