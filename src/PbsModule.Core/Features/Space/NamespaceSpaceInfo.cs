using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>The space usage of a namespace's own groups, without those of namespaces below.</summary>
public sealed class NamespaceSpaceInfo : SpaceUsage, INamespaceItem
{
    private readonly DatastoreContext _store;
    private readonly BackupNamespace _namespace;

    internal NamespaceSpaceInfo(DatastoreContext store, BackupNamespace ns, int snapshots, in SpaceNumbers numbers)
        : base(numbers)
    {
        (_store, _namespace) = (store, ns);
        SnapshotCount = snapshots;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _namespace.Text;

    public int SnapshotCount { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    BackupNamespace INamespaceItem.Location => _namespace;

    public override string ToString() => _namespace.Text;
}
