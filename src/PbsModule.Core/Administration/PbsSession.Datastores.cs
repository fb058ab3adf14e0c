using PbsModule.Core.Access;
using PbsModule.Core.Configuration;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// The registered datastores the caller may know of whose names match, by name; no filter means all. A literal that
    /// matches nothing is reported as an error.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public IEnumerable<DatastoreInfo> GetDatastores(
        IReadOnlyList<NameFilter> names,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        ConfigurationRoot configuration = Connection.Configuration
            ?? throw new PbsArgumentException(PbsErrorId.NotConnected, "there is no connection to list datastores of")
            {
                RecommendedAction = "Run Connect-PbsServer first, or name the folder of a datastore.",
            };
        return ListDatastores(configuration.Datastores, names, onProblem, cancellation);
    }

    /// <summary>
    /// Describes one datastore, however it was named. A registered one that is not there says so; an unregistered
    /// folder has to be one.
    /// </summary>
    /// <exception cref="PbsNotFoundException">It is not registered any more, or not for the caller to know
    /// of.</exception>
    /// <exception cref="PbsException">A folder that is not registered is no datastore, or cannot be read.</exception>
    public DatastoreInfo GetDatastore(DatastoreContext store)
    {
        if (store.Name is not null)
        {
            DatastoreEntry entry = store.Connection.Configuration!.Datastores.Find(store.Name);
            return Describe(store, entry) ?? throw NoSuchDatastore(store.Text);
        }

        if (_gate.Probe(store) is { } problem) throw problem;
        return new DatastoreInfo(store) { Path = store.Path, IsAvailable = true };
    }

    private IEnumerable<DatastoreInfo> ListDatastores(
        DatastoreConfig config,
        IReadOnlyList<NameFilter> names,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        HashSet<string> unmet = [.. names.Where(filter => filter.IsLiteral).Select(filter => filter.Text)];
        foreach (DatastoreEntry entry in config.Entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (names.Count > 0 && !names.Any(filter => filter.Matches(entry.Name))) continue;
            if (Describe(Registered(entry, entry.Name), entry) is not { } info) continue;
            unmet.Remove(entry.Name);
            yield return info;
        }

        foreach (string name in names.Select(filter => filter.Text).Where(unmet.Remove))
        {
            PbsNotFoundException missing = NoSuchDatastore(name);
            onProblem(new ListingProblem(missing.ErrorId, missing.Message, name, ListingProblemKind.Error, missing));
        }
    }

    /// <summary>Null when the caller may not know of it.</summary>
    private DatastoreInfo? Describe(DatastoreContext store, DatastoreEntry entry)
    {
        DatastoreVisibility visibility = Gate.AccessOf(store)!.VisibilityOf(entry.Name, store.Connection.AuthId);
        if (visibility == DatastoreVisibility.Hidden) return null;
        PbsException? problem = _gate.Probe(store);
        bool isFull = visibility == DatastoreVisibility.Full;
        return new DatastoreInfo(store)
        {
            Path = isFull ? entry.Path : null,
            Comment = isFull ? entry.Comment : null,
            MaintenanceMode = entry.RawProperties.GetValueOrDefault("maintenance-mode") as string,
            Backend = entry.IsS3 ? "s3" : "filesystem",
            IsAvailable = problem is null,
            Problem = isFull ? problem?.Message : null,
        };
    }

    private static PbsNotFoundException NoSuchDatastore(string name) =>
        new(PbsErrorId.DatastoreNotFound, $"no such datastore '{name}'", name);
}
