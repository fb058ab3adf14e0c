using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Entry points for garbage collection. Source: PBS src/api2/admin/datastore.rs, gc.</summary>
internal static partial class Entries
{
    public static readonly Entry CollectGarbage = new("gc", DatastoreOperation.Write, Privileges.DatastoreModify);

    public static readonly Entry GarbageStatus =
        new("gc", DatastoreOperation.Read, Privileges.DatastoreAudit, OnS3: true);

    /// <summary>PBS has no such endpoint. The result reveals no more than the status of the last collection.</summary>
    public static readonly Entry MeasureGarbage = new("gc", DatastoreOperation.Read, Privileges.DatastoreAudit);
}
