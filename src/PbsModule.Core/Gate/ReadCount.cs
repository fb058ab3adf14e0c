using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Gate;

/// <summary>Counts long reads among the active operations of a datastore.</summary>
internal static class ReadCount
{
    /// <summary>
    /// Counts a long read among the active operations of a registered store until the result is disposed, so that
    /// maintenance waits for it. The caller reads uncounted if it may not write to the server's run directory.
    /// </summary>
    public static IDisposable? CountRead(
        DatastoreContext store,
        IFileMutations mutations,
        CancellationToken cancellation)
    {
        if (store.Name is null) return null;
        string runRoot = (store.Connection.Options ?? new ConnectionOptions()).RunRoot;
        try
        {
            return new Storage.Locks.ActiveOperations(
                runRoot,
                store.Name,
                ProcessTable.Default,
                mutations,
                TimeProvider.System).Register(
                OperationKind.Read,
                cancellation);
        }
        catch (PbsPermissionException)
        {
            return null;
        }
    }
}
