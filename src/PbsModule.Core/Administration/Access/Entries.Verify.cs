using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

internal static partial class Entries
{
    /// <summary>A read operation for the server's maintenance modes, although states are recorded.</summary>
    public static readonly Entry Verify =
        new("verify", DatastoreOperation.Read, Privileges.DatastoreVerify, Privileges.DatastoreBackup);
}
