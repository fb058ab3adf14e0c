using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Entry points for statistics and space usage.</summary>
internal static partial class Entries
{
    /// <summary>Reads a server's statistics of a store.</summary>
    public static readonly Entry ReadMetrics =
        new("rrd", DatastoreOperation.Read, Privileges.DatastoreAudit | Privileges.DatastoreBackup, OnS3: true);

    /// <summary>
    /// PBS has no such endpoint. Sizes shared with other groups are shown only to callers who may audit the whole
    /// store.
    /// </summary>
    public static readonly Entry MeasureStore = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureGroups = new("groups", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry MeasureSnapshots =
        new("snapshots", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <inheritdoc cref="MeasureStore"/>
    public static readonly Entry Report = new("status", DatastoreOperation.Read, Privileges.DatastoreAudit);

    /// <summary>Requires the same privileges as listing the files that contain the references.</summary>
    public static readonly Entry FindReferences = new(
        "files",
        DatastoreOperation.Read,
        Privileges.DatastoreAudit | Privileges.DatastoreRead,
        Privileges.DatastoreBackup);

    /// <summary>Reads two catalogs or two indexes.</summary>
    public static readonly Entry Compare =
        new("catalog", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);
}
