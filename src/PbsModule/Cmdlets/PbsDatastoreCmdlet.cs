using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that work on datastores: resolves <c>-Datastore</c>, then processes one store after another.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsDatastoreCmdlet : PbsCmdlet
{
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);
    private DatastoreReference[]? _placesOf;
    private List<StorePlace>? _places;

    /// <summary>
    /// Registered names (wildcards allowed), paths, or objects of a datastore. All registered datastores by default.
    /// </summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public virtual DatastoreReference[]? Datastore { get; set; }

    protected override void Process()
    {
        foreach (StorePlace place in NeedsDatastore ? PlacesOfIdentity() : Places())
        {
            StopToken.ThrowIfCancellationRequested();
            if (IsOnceForEach && !_met.Add(place.Store.Path)) continue;
            Attempt(null, () =>
            {
                using IDisposable? adopted = AdoptedParameters.From(this, ParameterSetName, place.Source);
                Process(SessionFor(place.Store), place);
            });
        }
    }

    /// <summary>Makes the session for a store.</summary>
    private protected virtual PbsEngine SessionFor(DatastoreContext store) => Through(store.Connection);

    /// <summary>
    /// Whether a datastore must be named if several are registered, because the cmdlet changes something in it.
    /// </summary>
    private protected virtual bool NeedsDatastore => false;

    /// <summary>
    /// Whether a store is processed once, however many objects refer to it, because the work is long and about the
    /// whole store.
    /// </summary>
    private protected virtual bool IsOnceForEach => false;

    /// <summary>Processes one datastore, or the part of it that an object represents.</summary>
    private protected virtual void Process(PbsEngine engine, StorePlace place) => Process(engine, place.Store);

    /// <summary>Processes one datastore.</summary>
    /// <param name="engine">A session through the store's connection.</param>
    /// <param name="store">The store.</param>
    protected abstract void Process(PbsEngine engine, DatastoreContext store);

    /// <summary>
    /// Resolves the stores that <c>-Datastore</c> names, with the selected part of each; each failure is a separate
    /// error.
    /// </summary>
    private protected IReadOnlyList<StorePlace> Places()
    {
        // A value from the command line is the same object for every input, and is resolved once.
        if (_places is null || !ReferenceEquals(_placesOf, Datastore))
        {
            _places = LookUp();
            _placesOf = Datastore;
        }

        return _places;
    }

    /// <summary>
    /// Returns the places for a text without its own store: the given ones, else the only registered store.
    /// </summary>
    /// <exception cref="PbsArgumentException">No store is registered, or several are and none is named.</exception>
    private protected IReadOnlyList<StorePlace> PlacesOfIdentity()
    {
        IReadOnlyList<StorePlace> places = Places();
        if (places.Count == 0 && !HasLookupFailed) throw NoDatastore();
        if (Datastore is not null || places.Count <= 1) return places;
        throw new PbsArgumentException(
            PbsErrorId.DatastoreRequired,
            "it is not said which datastore is meant, and several are registered")
        {
            RecommendedAction = "Name the datastore with -Datastore.",
        };
    }

    /// <summary>Returns the places of an identity: the store of its object, else as for a text.</summary>
    /// <param name="own">The store of an object; null for a text.</param>
    /// <param name="ownText">The Datastore column of a row; null for an object or a text.</param>
    /// <param name="name">The identity, for messages.</param>
    /// <exception cref="PbsArgumentException">
    /// As for <see cref="PlacesOfIdentity()"/>; or <c>-Datastore</c> names another store.
    /// </exception>
    /// <exception cref="PbsConflictException">
    /// The connection of the object is closed, or is not the one of this session.
    /// </exception>
    private protected IEnumerable<StorePlace> PlacesOfIdentity(DatastoreContext? own, string? ownText, string name)
    {
        if (own is not null) RunspaceConnection.Demand(own.Connection, name);
        if (Datastore is null && (own is not null || ownText is not null))
        {
            yield return new StorePlace(own ?? Resolve(new DatastoreReference(ownText!)));
            yield break;
        }

        foreach (StorePlace place in PlacesOfIdentity())
        {
            // An object of one store with the name of another: one of the two must be a mistake.
            DatastoreContext store = place.Store;
            if ((own?.Text ?? ownText) is { } text && text != store.Text && own?.Path != store.Path)
            {
                throw new PbsArgumentException(
                    PbsErrorId.DatastoreMismatch,
                    $"'{name}' lies in datastore '{text}', not in '{store.Text}'", name);
            }

            yield return own is null ? place : place with { Store = own };
        }
    }

    /// <summary>True if a datastore could not be resolved, which was reported then.</summary>
    private protected bool HasLookupFailed { get; private set; }

    /// <summary>
    /// Whether the stores are named literally, without pattern or default. A missing object in one of them is then an
    /// error.
    /// </summary>
    protected bool StoresAreLiteral => Datastore is not null && !Datastore.Any(reference => reference.IsPattern);

    private protected DatastoreContext Resolve(DatastoreReference reference)
    {
        if (reference.Store is { } own)
        {
            RunspaceConnection.Demand(own.Connection, reference.Source!.ToString());
            return own;
        }

        return Engine.Resolver.Resolve(
            DatastoreResolver.IsPath(reference.Text) ? FileSystemPath(reference.Text) : reference.Text);
    }

    private protected PbsArgumentException NoDatastore()
    {
        string message = Datastore is null
            ? "no datastore is registered in the connection, so there is none to look in"
            : $"no registered datastore matches '{string.Join("', '", Datastore.Select(reference => reference.Text))}'";
        return new PbsArgumentException(PbsErrorId.DatastoreRequired, message)
        {
            RecommendedAction = "Name the datastore or its folder; Get-PbsDatastore lists the registered ones.",
        };
    }

    private List<StorePlace> LookUp()
    {
        List<StorePlace> places = [];
        HasLookupFailed = false;
        if (Datastore is null) HasLookupFailed = !Attempt(null, () => AddRegistered(places, []));
        foreach (DatastoreReference reference in Datastore ?? [])
        {
            HasLookupFailed |= !Attempt(reference.Text, () =>
            {
                if (reference.IsPattern) AddRegistered(places, [NameFilters.From(reference.Text)]);
                else places.Add(Place(reference));
            });
        }

        return places;
    }

    private StorePlace Place(DatastoreReference reference)
    {
        if (!reference.Part.IsSum) return new StorePlace(Resolve(reference), reference.Part, reference.Source);
        throw new PbsArgumentException(
            PbsErrorId.SnapshotRequired,
            "a sum of several snapshots does not say which snapshots they are", reference.Text)
        {
            RecommendedAction = "Give the snapshots themselves, or name the datastore.",
        };
    }

    private void AddRegistered(List<StorePlace> places, IReadOnlyList<NameFilter> names) =>
        places.AddRange(Engine.Datastores.List(names, Report, StopToken)
            .Select(store => new StorePlace(((IDatastoreItem)store).Store)));
}
