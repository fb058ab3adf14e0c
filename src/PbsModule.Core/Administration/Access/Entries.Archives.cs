using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

/// <summary>Entry points for archives. Source: PBS GET pxar-file-download, GET catalog.</summary>
internal static partial class Entries
{
    public static readonly Entry ReadArchive =
        new("pxar-file-download", DatastoreOperation.Read, Privileges.DatastoreRead, Privileges.DatastoreBackup);
}
