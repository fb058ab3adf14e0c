using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <content>Entry points for reading the content of snapshots.</content>
internal static partial class Entries
{
    public static readonly Entry Download =
        new("download", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);
    public static readonly Entry DownloadDecoded =
        new("download-decoded", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);

    /// <summary>PBS leaves this check to its client, which downloads the manifest for it.</summary>
    public static readonly Entry CheckSignature =
        new("download", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);
}
