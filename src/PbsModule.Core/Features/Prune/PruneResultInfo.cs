using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Prune;

/// <summary>A prune's result for a snapshot. Its text is the snapshot's identity.</summary>
public sealed class PruneResultInfo : ISnapshotItem
{
    private readonly PrunePlanInfo _plan;

    internal PruneResultInfo(PrunePlanInfo plan, bool removed)
    {
        _plan = plan;
        Removed = removed;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _plan.Datastore;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _plan.Namespace;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _plan.BackupType;

    public string BackupId => _plan.BackupId;

    /// <inheritdoc cref="SnapshotInfo.BackupTime"/>
    public DateTimeOffset BackupTime => _plan.BackupTime;

    /// <inheritdoc cref="PrunePlanInfo.Keep"/>
    public bool Keep => _plan.Keep;

    /// <inheritdoc cref="PrunePlanInfo.Mark"/>
    public string Mark => _plan.Mark;

    /// <inheritdoc cref="PrunePlanInfo.Reason"/>
    public string Reason => _plan.Reason;

    public bool Protected => _plan.Protected;

    /// <summary>True if the snapshot was removed; false for a kept one, and for one whose removal failed.</summary>
    public bool Removed { get; }

    DatastoreContext IDatastoreItem.Store => _plan.Group.Store;

    BackupNamespace INamespaceItem.Location => _plan.Group.Namespace;

    GroupPath IGroupItem.Group => _plan.Group.Group;

    SnapshotPath ISnapshotItem.Snapshot => new(_plan.Group.Namespace, _plan.Group.Group, _plan.Time);

    public override string ToString() => _plan.ToString();
}
