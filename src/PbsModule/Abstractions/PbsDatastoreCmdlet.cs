using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on datastores: resolves <c>-Datastore</c>, then does its work on one after the other.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsDatastoreCmdlet : PbsCmdlet
{
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);
    private DatastoreReference[]? _storesOf;
    private List<DatastoreContext>? _stores;

    /// <summary>Registered names (wildcards allowed), paths, or objects that lie in a datastore. All registered ones where it is left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public virtual DatastoreReference[]? Datastore { get; set; }

    protected override void Process()
    {
        foreach (DatastoreContext store in Stores())
        {
            StopToken.ThrowIfCancellationRequested();
            if (IsOnceForEach && !_met.Add(store.Path)) continue;
            Attempt(null, () => Process(SessionFor(store), store));
        }
    }

    /// <summary>The session to work on a store with.</summary>
    private protected virtual PbsSession SessionFor(DatastoreContext store) => Through(store.Connection);

    /// <summary>Whether the work is long and about the datastore alone: then it is done once, however many objects lead to it.</summary>
    private protected virtual bool IsOnceForEach => false;

    /// <summary>The work on one datastore.</summary>
    /// <param name="session">Talks through the connection the store was found with.</param>
    /// <param name="store">The store.</param>
    protected abstract void Process(PbsSession session, DatastoreContext store);

    /// <summary>The stores <c>-Datastore</c> names; one that cannot be resolved is an error of its own.</summary>
    protected IReadOnlyList<DatastoreContext> Stores()
    {
        // What the command line says stays the same object for every input; it is looked up once.
        if (_stores is null || !ReferenceEquals(_storesOf, Datastore))
        {
            _stores = LookUp();
            _storesOf = Datastore;
        }

        return _stores;
    }

    private List<DatastoreContext> LookUp()
    {
        List<DatastoreContext> stores = [];
        if (Datastore is null) Attempt(null, () => AddRegistered(stores, []));
        foreach (DatastoreReference reference in Datastore ?? [])
        {
            Attempt(reference.Text, () =>
            {
                if (reference.IsPattern) AddRegistered(stores, [NameFilters.From(reference.Text)]);
                else stores.Add(Resolve(reference));
            });
        }

        return stores;
    }

    /// <summary>The one store a text without its own is about: the one given, else the only one registered.</summary>
    /// <exception cref="PbsArgumentException">Several are registered and none is named.</exception>
    protected IReadOnlyList<DatastoreContext> StoresOfIdentity(DatastoreContext? own)
    {
        if (Datastore is null && own is not null) return [own];
        IReadOnlyList<DatastoreContext> stores = Stores();
        if (Datastore is not null || stores.Count <= 1) return stores;
        throw new PbsArgumentException(PbsErrorId.DatastoreRequired, "an identity text does not say which datastore it is in, and several are registered")
        {
            RecommendedAction = "Name the datastore with -Datastore.",
        };
    }

    /// <summary>Where no pattern and no default decides which stores are meant, a thing that is missing in one of them is an error.</summary>
    protected bool StoresAreLiteral => Datastore is not null && !Datastore.Any(reference => reference.IsPattern);

    private protected DatastoreContext Resolve(DatastoreReference reference) => reference.Store
        ?? Session.Resolve(PbsSession.IsPath(reference.Text) ? FileSystemPath(reference.Text) : reference.Text);

    private void AddRegistered(List<DatastoreContext> stores, IReadOnlyList<NameFilter> names) =>
        stores.AddRange(Session.GetDatastores(names, Report, StopToken).Select(store => ((IDatastoreItem)store).Store));
}
