using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that remove objects of a datastore or change their owner. Targets bind only by value, as whole
/// objects: nothing binds by property name, so that no object of another kind is taken for a target.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTargetCmdlet : PbsDatastoreCmdlet
{
    /// <summary>
    /// The datastores for texts: registered names (wildcards allowed), paths, or objects of a datastore.
    /// </summary>
    [Parameter(Position = 0)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Whether to write even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the stores of a target, each with a session through its connection.</summary>
    private protected IEnumerable<(PbsEngine Engine, StorePlace Place)> Places(ITargetReference target) =>
        PlacesOfIdentity(target.Store, target.DatastoreText, target.ToString()!)
            .Select(place => (new PbsEngine(place.Store.Connection), place));

    /// <summary>Returns the namespaces that a target may be in.</summary>
    /// <param name="place">The place.</param>
    /// <param name="given">
    /// The value of <c>-Namespace</c>, which adds to a text without a namespace and must match any other.
    /// </param>
    /// <param name="own">The namespace of the target; null for a text without one.</param>
    /// <param name="name">The target, for messages.</param>
    /// <exception cref="PbsArgumentException">
    /// The target is in a namespace other than <paramref name="given"/>.
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

    protected sealed override void Process(PbsEngine engine, DatastoreContext store) =>
        throw new NotSupportedException("targets lead to their stores");
}
