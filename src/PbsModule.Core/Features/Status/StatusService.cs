using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Features.Status;

/// <summary>Shows the status of datastores.</summary>
public sealed class StatusService
{
    private readonly ServiceScope _scope;

    internal StatusService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns sizes, counts, the last garbage collection and running operations, as far as the caller may see them.
    /// Source: PBS GET status.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed</c></exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public DatastoreStatus Get(
        DatastoreContext store,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        StatusGrant status = _scope.Gate.EnterStatus(store);
        FileSystemSpace? space = status.ShowsSizes ? Space(status.Grant.Datastore, onProblem) : null;
        DatastoreEntry? entry = store.Name is null ? null : store.Connection.Configuration!.Datastores.Find(store.Name);
        return new DatastoreStatus(store)
        {
            Total = space?.Total,
            Used = space?.Used,
            Available = space?.Available,
            Counts = GroupCensus.Take(status.Grant, onProblem, cancellation).Counts,
            LastGarbageCollection =
                status.ShowsSizes
                    ? GarbageService.LastGarbageCollection(store, status.Grant.Datastore, onProblem)
                    : null,
            MaintenanceMode = entry?.RawProperties.GetValueOrDefault("maintenance-mode") as string,
            ActiveOperations = status.ShowsOperations ? Operations(store, onProblem) : null,
        };
    }

    private static FileSystemSpace? Space(Datastore datastore, Action<ListingProblem> onProblem)
    {
        FileSystemSpace? space = FileSystemSpace.Of(datastore.Path, out int error);
        if (space is null)
        {
            onProblem(new ListingProblem(PbsErrorId.FileUnreadable,
                $"unable to read the size of the file system of {PathText.Quote(datastore.Path)} - "
                    + $"{OsError.Describe(error)}",
                datastore.Path,
                ListingProblemKind.Warning));
        }

        return space;
    }

    private static ActiveOperations? Operations(DatastoreContext store, Action<ListingProblem> onProblem)
    {
        if (store.Name is null || store.Connection.Options is not { } options || !Directory.Exists(options.RunRoot))
        {
            return null;
        }

        try
        {
            var counter = new Storage.Locks.ActiveOperations(
                options.RunRoot,
                store.Name,
                ProcessTable.Default,
                FileMutations.Default,
                TimeProvider.System);
            (long reads, long writes) = counter.Totals();
            return new ActiveOperations(reads, writes);
        }
        catch (PbsException e)
        {
            onProblem(new ListingProblem(e.ErrorId, e.Message, store.Text, ListingProblemKind.Warning, e));
            return null;
        }
    }
}
