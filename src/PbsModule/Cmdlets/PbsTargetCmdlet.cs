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
    /// The datastores for texts: registered names (wildcards allowed), paths, or objects of a datastore. Objects
    /// without a text are the targets themselves.
    /// </summary>
    [Parameter(Position = 0)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Whether to write even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// Returns the given targets, or the objects in the place of the datastore, which are then targets as by pipe.
    /// </summary>
    /// <remarks>
    /// The parameter of the targets is not mandatory for PowerShell, which would ask for it although the object was
    /// given, and block a script. Text in the place of the datastore is always a datastore, never a target.
    /// </remarks>
    /// <param name="given">The value of the parameter; null if it was omitted.</param>
    /// <param name="kind">Converts an object or row, or refuses it, as for the parameter.</param>
    /// <param name="errorId">Error id if there is no target.</param>
    /// <param name="parameter">Name of the parameter.</param>
    /// <exception cref="PbsArgumentException">No target was given, or an object is of another kind.</exception>
    private protected T[] Targets<T>(
        T[]? given,
        ArgumentTransformationAttribute kind,
        string errorId,
        string parameter)
    {
        if (given is not null) return given;
        string noun = parameter.ToLowerInvariant();
        if (Datastore is null || MyInvocation.ExpectingInput || Datastore.Any(place => place.Source is null))
        {
            throw new PbsArgumentException(errorId, $"no {noun} was given");
        }

        T[] targets = [.. Datastore.Select(place => Target<T>(place, kind, errorId))];
        Datastore = null;
        return targets;
    }

    private static T Target<T>(DatastoreReference place, ArgumentTransformationAttribute kind, string errorId)
    {
        try
        {
            return (T)kind.Transform(null!, place.Source!);
        }
        catch (ArgumentTransformationMetadataException error)
        {
            throw new PbsArgumentException(errorId, error.Message, place.Source!.ToString());
        }
    }

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
