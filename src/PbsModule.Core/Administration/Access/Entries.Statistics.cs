using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Statistics and the accounting of space.</summary>
internal static partial class Entries
{
    /// <summary>What a server has recorded of a store.</summary>
    public static readonly Entry ReadMetrics = new("rrd", DatastoreOperation.Read, Privileges.DatastoreAudit | Privileges.DatastoreBackup, OnS3: true);
}
