using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>
/// A cmdlet that removes things of a datastore or gives them away. What it works on comes by value only, as a whole:
/// nothing binds by property name, so that no object of another kind is ever taken for one.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTargetCmdlet : PbsDatastoreCmdlet
{
    /// <summary>
    /// The datastores that texts are about: registered names (wildcards allowed), paths, or objects that lie in a
    /// datastore.
    /// </summary>
    [Parameter(Position = 0)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Write also where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>The stores a target is in, each with a session that talks through its connection.</summary>
    private protected IEnumerable<(PbsSession Session, StorePlace Place)> Places(ITargetReference target) =>
        PlacesOfIdentity(target.Store, target.DatastoreText, target.ToString()!)
            .Select(place => (new PbsSession(place.Store.Connection), place));

    /// <summary>The namespaces a target may mean in a place.</summary>
    /// <param name="place">The place.</param>
    /// <param name="given">
    /// The value of <c>-Namespace</c>, which completes a text without a namespace and contradicts nothing else.
    /// </param>
    /// <param name="own">The namespace of the target; null for a text that has none.</param>
    /// <param name="name">The target, for messages.</param>
    /// <exception cref="PbsArgumentException">
    /// The target lies in another namespace than <paramref name="given"/>.
    /// </exception>
    private protected static IReadOnlyList<BackupNamespace> NamespacesOf(
        StorePlace place,
        string[]? given,
        BackupNamespace? own,
        string name)
    {
        if (own is null)
        {
            return given is null
                ? [place.Part.Namespace ?? BackupNamespace.Root]
                : [.. given.Select(BackupNamespace.Parse)];
        }

        NamespaceSelection.Demand(given, 0, own, name);
        return [own];
    }

    protected sealed override void Process(PbsSession session, DatastoreContext store) =>
        throw new NotSupportedException("targets lead to their stores");
}
