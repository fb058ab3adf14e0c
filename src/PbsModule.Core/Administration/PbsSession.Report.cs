using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Gathers everything a report tells of a store. What cannot be told, be it that no server records statistics or
    /// that something is damaged, is among the report's problems, and the rest is there.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="options">How much.</param>
    /// <param name="onProgress">Told how far the count of space is.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsPermissionException">It takes Datastore.Audit on the store.</exception>
    /// <exception cref="PbsException">The store cannot be entered.</exception>
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
