using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Entry points for removing and protecting backups. Source: PBS src/api2/admin/datastore.rs.</summary>
internal static partial class Entries
{
    /// <summary>For named groups. PBS requires the same for a dry run.</summary>
    public static readonly Entry PruneGroup =
        new("prune", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);

    /// <summary>For all groups of namespaces, limited to those that the caller may see and prune.</summary>
    public static readonly Entry PruneDatastore = new(
        "prune-datastore",
        DatastoreOperation.Write,
        Privileges.DatastoreModify,
        Privileges.DatastorePrune,
        OnVisible: true);

    public static readonly Entry RemoveSnapshot =
        new("snapshots", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);
    public static readonly Entry RemoveGroup =
        new("groups", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);
    public static readonly Entry SetProtection =
        new("protected", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastoreBackup);
}
