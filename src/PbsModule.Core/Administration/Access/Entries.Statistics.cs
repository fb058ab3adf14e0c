using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Statistics and the accounting of space.</summary>
internal static partial class Entries
{
    /// <summary>What a server has recorded of a store.</summary>
    public static readonly Entry ReadMetrics =
        new("rrd", DatastoreOperation.Read, Privileges.DatastoreAudit | Privileges.DatastoreBackup, OnS3: true);

    /// <summary>
    /// PBS answers nothing like it. What others in the store have in common with somebody's groups is for who may audit
    /// all of it.
    /// </summary>
    public static readonly Entry MeasureStore = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureGroups = new("groups", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureSnapshots =
        new("snapshots", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry Report = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <summary>As the files are listed that the references are in.</summary>
    public static readonly Entry FindReferences = new(
        "files",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        Privileges.DatastoreBackup);

    /// <summary>Reading two catalogs, or two indexes.</summary>
    public static readonly Entry Compare =
        new("catalog", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);
}
