using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Datastores at or below a folder, by path: folders with <c>.chunks</c> and <c>.lock</c>. Does not look into stores, nor
    /// follow symbolic links.
    /// </summary>
    /// <param name="folder">Where to start.</param>
    /// <param name="depth">Levels below <paramref name="folder"/> to look at.</param>
    /// <param name="onProblem">Folders that cannot be read.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <exception cref="PbsNotFoundException">There is no such folder.</exception>
    public IEnumerable<FoundDatastore> FindDatastores(string folder, int depth, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        foreach (WalkStep<string> step in new DatastoreSearch(_engine.Folders).Run(FullPath(folder), depth, cancellation))
        {
            if (step.Problem is not null) onProblem(step.Problem);
            if (step.Item is { } path) yield return Describe(ResolvePath(path), onProblem, cancellation);
        }
    }

    private FoundDatastore Describe(DatastoreContext store, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        try
        {
            StatusPassage status = _gate.EnterStatus(store);
            GroupCensus census = GroupCensus.Take(status.Passage, onProblem, cancellation, newest: true);
            FileSystemSpace? space = status.ShowsSizes ? FileSystemSpace.Of(store.Path, out _) : null;
            return new FoundDatastore(store)
            {
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
            return new FoundDatastore(store) { Problem = e.Message };
        }
    }
}
