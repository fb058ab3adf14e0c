using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>What removes backups and what keeps them from it. Source: PBS src/api2/admin/datastore.rs.</summary>
internal static partial class Entries
{
    /// <summary>Named groups. PBS asks the same for a dry run.</summary>
    public static readonly Entry PruneGroup =
        new("prune", DatastoreOperation.Write, Privileges.DatastoreModify, Privileges.DatastorePrune);

    /// <summary>All groups of namespaces: what the caller may prune in those he may see.</summary>
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
