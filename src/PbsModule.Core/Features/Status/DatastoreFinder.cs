using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Status;

/// <summary>Finds datastores below a folder.</summary>
public sealed class DatastoreFinder
{
    private readonly ServiceScope _scope;

    internal DatastoreFinder(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Finds datastores at or below a folder, by path: folders with <c>.chunks</c> and either <c>.lock</c> or a folder
    /// of backups, because a copy may have lost the lock file. It neither searches inside stores nor follows symbolic
    /// links.
    /// </summary>
    /// <param name="folder">The first folder.</param>
    /// <param name="depth">Number of levels below <paramref name="folder"/> to search.</param>
    /// <param name="onProblem">
    /// Receives folders that cannot be read; also a warning if no datastore is found, with a likely other folder.
    /// </param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="PbsNotFoundException">The folder does not exist.</exception>
    public IEnumerable<FoundDatastore> Find(
        string folder,
        int depth,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        string start = DatastoreResolver.FullPath(folder);
        bool hasFound = false;
        foreach (WalkStep<string> step in new DatastoreSearch(_scope.Engine.Folders).Run(start, depth, cancellation))
        {
            if (step.Problem is not null) onProblem(step.Problem);
            if (step.Item is not { } path || Visible(path) is not { } store) continue;
            hasFound = true;
            yield return Describe(store, onProblem, cancellation);
        }

        if (!hasFound) onProblem(NothingFound(start, depth));
    }

    /// <summary>Returns null for a registered store that the caller may not know of.</summary>
    private DatastoreContext? Visible(string path)
    {
        try
        {
            return new DatastoreResolver(_scope).ResolvePath(path);
        }
        catch (PbsNotFoundException)
        {
            return null;
        }
    }

    private ListingProblem NothingFound(string start, int depth)
    {
        string advice = new DatastoreSurroundings(_scope.Engine.Folders).AboutSearch(start)
            ?? "Is the disk mounted there? -Depth looks deeper.";
        string where = depth == 0 ? PathText.Quote(start) : $"{PathText.Quote(start)} and {depth} levels below";
        return new ListingProblem(
            PbsErrorId.DatastoreNotFound,
            $"there is no datastore at {where}. {advice}",
            start,
            ListingProblemKind.Warning);
    }

    private FoundDatastore Describe(
        DatastoreContext store,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        try
        {
            StatusGrant status = _scope.Gate.EnterStatus(store);
            GroupCensus census = GroupCensus.Take(status.Grant, onProblem, cancellation, newest: true);
            FileSystemSpace? space = status.ShowsSizes ? FileSystemSpace.Of(store.Path, out _) : null;
            bool isCache = status.Grant.Datastore.IsS3Cache;
            return new FoundDatastore(store)
            {
                RegisteredName = NameOf(store),
                Backend = isCache ? "s3" : "filesystem",
                Problem = isCache ? "local cache of an S3 bucket: it can only be listed and read here" : null,
                NamespaceCount = census.Namespaces,
                GroupCount = census.Counts.Groups,
                SnapshotCount = census.Counts.Snapshots,
                NewestBackup = census.Newest,
                Used = space?.Used,
                Total = space?.Total,
            };
        }
        catch (PbsException e)
        {
            return new FoundDatastore(store) { RegisteredName = NameOf(store), Problem = e.Message };
        }
    }

    /// <summary>
    /// Returns the registered name of a store. A removable one can be attached elsewhere than its configuration says.
    /// </summary>
    private string? NameOf(DatastoreContext store)
    {
        if (store.Name is not null || _scope.Connection.Configuration is not { } configuration) return store.Name;
        DatastoreEntry[] removable =
            [.. configuration.Datastores.Entries.Where(entry => entry.BackingDevice is not null)];
        if (removable.Length == 0 || _scope.Engine.Devices() is not { } devices) return null;
        string folder = RealPath.Of(store.Path);
        AccessControl access = _scope.Connection.Access!.Load();
        return Array.Find(
            removable,
            entry => devices.IsAt(folder, entry.BackingDevice!, entry.ConfiguredPath)
                && access.StatusVisibilityOf(entry.Name, _scope.Connection.AuthId) != DatastoreVisibility.Hidden)?.Name;
    }
}
