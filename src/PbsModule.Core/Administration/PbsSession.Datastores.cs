namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// The registered datastores whose names match, by name. A literal that matches nothing is reported as an error;
    /// no filter lists all.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    public IEnumerable<DatastoreInfo> GetDatastores(IReadOnlyList<NameFilter> names, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        if (Connection.Options is null) throw new PbsArgumentException(PbsErrorId.NotConnected, "there is no connection to list datastores of");
        return [];
    }

    /// <summary>Describes one datastore, however it was named.</summary>
    public DatastoreInfo GetDatastore(DatastoreContext store)
    {
        try
        {
            _gate.Enter(Entries.Status, store);
            return new DatastoreInfo(store) { IsAvailable = true };
        }
        catch (PbsException e)
        {
            return new DatastoreInfo(store) { Problem = e.Message };
        }
    }

    /// <summary>Sizes, counts and what runs.</summary>
    public DatastoreStatus GetDatastoreStatus(DatastoreContext store, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        _gate.Enter(Entries.Status, store);
        var drive = new DriveInfo(store.Path);
        return new DatastoreStatus(store) { Total = drive.TotalSize, Used = drive.TotalSize - drive.TotalFreeSpace, Available = drive.AvailableFreeSpace };
    }

    /// <summary>Datastores at or below a folder: a folder with <c>.chunks</c> and <c>.lock</c>. Does not look into stores, nor follow links.</summary>
    /// <param name="folder">Where to start.</param>
    /// <param name="depth">Levels below <paramref name="folder"/> to look at.</param>
    /// <param name="onProblem">Folders that cannot be read.</param>
    /// <param name="cancellation">Ends the search.</param>
    public IEnumerable<FoundDatastore> FindDatastores(string folder, int depth, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        string full = FullPath(folder);
        foreach (string candidate in Directory.EnumerateDirectories(full, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = depth, AttributesToSkip = FileAttributes.ReparsePoint }).Prepend(full))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Directory.Exists(Path.Combine(candidate, ".chunks")) && File.Exists(Path.Combine(candidate, ".lock")))
            {
                yield return new FoundDatastore(new DatastoreContext(Connection, null, candidate, candidate));
            }
        }
    }
}
