using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features.Status;

/// <summary>Lists the registered datastores that the caller may know of.</summary>
public sealed class DatastoreService
{
    private readonly ServiceScope _scope;

    internal DatastoreService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the registered datastores whose names match and that the caller may know of, by name; an empty list
    /// selects all. A literal without a match is reported as an error.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsException">The configuration cannot be read.</exception>
    public IEnumerable<DatastoreInfo> List(
        IReadOnlyList<NameFilter> names,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        ConfigurationRoot configuration = _scope.Connection.Configuration
            ?? throw new PbsArgumentException(PbsErrorId.NotConnected, "there is no connection to list datastores of")
            {
                RecommendedAction = "Run Connect-PbsServer first, or name the folder of a datastore.",
            };
        return ListDatastores(configuration.Datastores, names, onProblem, cancellation);
    }

    /// <summary>
    /// Describes a datastore. A registered one that is not available is described as such; a folder that is not
    /// registered must be a datastore.
    /// </summary>
    /// <exception cref="PbsNotFoundException">It is no longer registered, or the caller may not know of it.</exception>
    /// <exception cref="PbsException">
    /// A folder that is not registered is not a datastore, or cannot be read.
    /// </exception>
    public DatastoreInfo Get(DatastoreContext store)
    {
        if (store.Name is not null)
        {
            DatastoreEntry entry = store.Connection.Configuration!.Datastores.Find(store.Name);
            return Describe(store, entry) ?? throw DatastoreResolver.NoSuchDatastore(store.Text);
        }

        if (_scope.Gate.Probe(store) is { } problem) throw problem;
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
            if (Describe(new DatastoreResolver(_scope).Registered(entry, entry.Name), entry) is not { } info) continue;
            unmet.Remove(entry.Name);
            yield return info;
        }

        foreach (string name in names.Select(filter => filter.Text).Where(unmet.Remove))
        {
            PbsNotFoundException missing = DatastoreResolver.NoSuchDatastore(name);
            onProblem(new ListingProblem(missing.ErrorId, missing.Message, name, ListingProblemKind.Error, missing));
        }
    }

    /// <summary>Returns null if the caller may not know of the datastore.</summary>
    private DatastoreInfo? Describe(DatastoreContext store, DatastoreEntry entry)
    {
        DatastoreVisibility visibility = DatastoreGate.AccessOf(store)!.VisibilityOf(
            entry.Name,
            store.Connection.AuthId);
        if (visibility == DatastoreVisibility.Hidden) return null;
        PbsException? problem = _scope.Gate.Probe(store);
        bool isFull = visibility == DatastoreVisibility.Full;
        return new DatastoreInfo(store)
        {
            Path = isFull ? entry.Path : null,
            Comment = isFull ? entry.Comment : null,
            MaintenanceMode = entry.RawProperties.GetValueOrDefault("maintenance-mode") as string,
            Backend = entry.IsS3 ? "s3" : "filesystem",
            Bucket = isFull && entry.IsS3 ? BucketOf(entry, store.Connection.Configuration!) : null,
            IsAvailable = problem is null,
            Problem = isFull ? problem?.Message : null,
        };
    }

    /// <summary>
    /// The server's name is in another file; without it, the bucket is named with the id of its server.
    /// </summary>
    private static string BucketOf(DatastoreEntry entry, ConfigurationRoot root)
    {
        string? server = null;
        try
        {
            ConfigurationText text = ConfigurationReader.Read(root, root.PathOf(S3EndpointSchema.File.FileName));
            SectionConfig endpoints = SectionConfig.Read(S3EndpointSchema.File, text);
            if (endpoints.TryGet(entry.S3Endpoint!, out ConfigSection? found)) server = found.Text("endpoint");
        }
        catch (PbsException)
        {
            // s3.cfg holds secrets, and often only root may read it. The datastore is listed all the same.
        }

        return $"{entry.Bucket} on {server ?? entry.S3Endpoint}";
    }
}
