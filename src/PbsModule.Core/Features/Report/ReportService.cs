using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features.Report;

/// <summary>Collects the data of a datastore report.</summary>
public sealed class ReportService
{
    private readonly ServiceScope _scope;

    internal ReportService(ServiceScope scope) => _scope = scope;

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
    public DatastoreReport Create(
        DatastoreContext store,
        ReportOptions options,
        Action<SpaceProgress> onProgress,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.Report, store, BackupNamespace.Root);
        return new ReportMaker(
            _scope,
            store,
            grant.Datastore,
            options,
            _scope.Tasks.Time.GetUtcNow(),
            onProgress,
            cancellation).Make();
    }
}
