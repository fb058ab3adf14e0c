using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Builds the report on a store. Parts that are not available, because no server records statistics or because data
    /// is damaged, are listed among the report's problems.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="options">Options of the report.</param>
    /// <param name="onProgress">Receives the progress of the space count.</param>
    /// <param name="cancellation">Cancels the report.</param>
    /// <exception cref="PbsPermissionException">The caller lacks Datastore.Audit on the store.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public DatastoreReport GetReport(
        DatastoreContext store,
        ReportOptions options,
        Action<SpaceProgress> onProgress,
        CancellationToken cancellation)
    {
        Passage passage = _gate.Enter(Entries.Report, store, BackupNamespace.Root);
        return new ReportMaker(
            this,
            store,
            passage.Datastore,
            options,
            _taskFolder.Time.GetUtcNow(),
            onProgress,
            cancellation).Make();
    }
}
