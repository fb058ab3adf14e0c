using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;

namespace PbsModule.Abstractions;

/// <summary>
/// A cmdlet that removes things of a datastore or gives them away. What it works on comes by value only, as a whole: nothing binds
/// by property name, so that no object of another kind is ever taken for one.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTargetCmdlet : PbsDatastoreCmdlet
{
    /// <summary>The datastores that texts are about: registered names (wildcards allowed), paths, or objects that lie in a datastore.</summary>
    [Parameter(Position = 0)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Write also where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The stores a target is in, each with a session that talks through its connection.</summary>
    private protected IEnumerable<(PbsSession Session, DatastoreContext Store)> Places(ITargetReference target)
    {
        IReadOnlyList<DatastoreContext> stores = Given(nameof(Datastore)) || target is { Store: null, DatastoreText: null } ? StoresOfIdentity(null)
            : [target.Store ?? Resolve(new DatastoreReference(target.DatastoreText!))];
        foreach (DatastoreContext store in stores)
        {
            // A thing of one store and the name of another: one of the two is a mistake.
            string? own = target.Store?.Text ?? target.DatastoreText;
            if (own is not null && own != store.Text && target.Store?.Path != store.Path)
            {
                throw new PbsArgumentException(PbsErrorId.DatastoreMismatch, $"'{target}' lies in datastore '{own}', not in '{store.Text}'", target.ToString());
            }

            DatastoreContext place = target.Store ?? store;
            yield return (new PbsSession(place.Connection), place);
        }
    }

    protected sealed override void Process(PbsSession session, DatastoreContext store) => throw new NotSupportedException("targets lead to their stores");
}
