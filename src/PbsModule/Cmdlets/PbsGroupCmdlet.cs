using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that work on groups: selects them by their keys (<c>Filter</c>) or by identity (<c>Group</c>).
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsGroupCmdlet : PbsDatastoreCmdlet
{
    protected const string FilterSet = "Filter";
    protected const string GroupSet = "Group";

    private readonly MissingIds _missing = new();

    /// <inheritdoc/>
    [Parameter(
        ParameterSetName = FilterSet,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 0, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Groups by identity text (<c>vm/100</c>, <c>ns/a/vm/100</c>) or object.</summary>
    [Parameter(
        ParameterSetName = GroupSet,
        Mandatory = true,
        Position = 1,
        ValueFromPipeline = true,
        HelpMessage = "A group, like vm/100.")]
    [GroupTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public virtual GroupReference[]? Group { get; set; }

    /// <summary>Namespaces, '' for the root; wildcards allowed. The root by default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString, SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Whether to include the namespaces below.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public virtual SwitchParameter Recurse { get; set; }

    /// <summary>Number of levels of namespaces below, 0 to 7.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateRange(0, BackupNamespace.MaxDepth)]
    public virtual int Depth { get; set; }

    /// <summary>Backup types: <c>vm</c>, <c>ct</c>, <c>host</c>.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupTypeCompleter))]
    public string[]? BackupType { get; set; }

    /// <summary>Backup ids; wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public string[]? BackupId { get; set; }

    /// <summary>Processes one selection of groups or snapshots in one store.</summary>
    protected abstract void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection);

    protected override void Process()
    {
        if (ParameterSetName == GroupSet)
        {
            ProcessGroups();
            return;
        }

        _missing.Clear();

        // Without any datastore a named group is missing.
        bool isNamed = BackupId?.Any(id => !WildcardPattern.ContainsWildcardCharacters(id)) == true;
        if (Datastore is null && isNamed && Places().Count == 0 && !HasLookupFailed) throw NoDatastore();
        base.Process();
        foreach (ListingProblem problem in _missing.Everywhere) base.Report(problem);
    }

    private protected override void Process(PbsEngine engine, StorePlace place)
    {
        if (place.Part is not { Namespace: { } ns } part)
        {
            Process(engine, place.Store);
            return;
        }

        string[] own = [ns.Text];
        int levels = NamespaceDepth ?? (RecursesNamespaces(own) ? BackupNamespace.MaxDepth : 0);
        NamespaceSelection.Demand(Namespace, levels, ns, part.ToString());
        if (part.Group is not { } group)
        {
            Process(engine, place.Store, own);
            return;
        }

        DemandSize(part.Time is not null, part.ToString());
        IEnumerable<string>? types = BackupType?.Select(type => type.ToLowerInvariant());
        if (!KeyFilter.Meets(nameof(BackupType), types, group.Type.Text(), part)
            || !KeyFilter.Meets(nameof(BackupId), BackupId, group.Id, part)) return;
        if (Attempt(null, () => Select(engine, place.Store, part))) _missing.Looked();
    }

    protected override void Process(PbsEngine engine, DatastoreContext store) => Process(engine, store, Namespace);

    private void Process(PbsEngine engine, DatastoreContext store, string[]? namespaces)
    {
        var scope = new GroupScope(namespaces, RecursesNamespaces(namespaces), NamespaceDepth, BackupType, BackupId);
        foreach (SnapshotQuery query in scope.Queries(engine, store, StoresAreLiteral, StopToken))
        {
            if (Attempt(null, () => Select(engine, store, query))) _missing.Looked();
        }
    }

    /// <summary>Narrows a selection further before it is processed.</summary>
    private protected virtual void Select(PbsEngine engine, DatastoreContext store, SnapshotQuery query) =>
        Process(engine, store, query);

    /// <summary>Selects the group or snapshot that an object represents.</summary>
    private protected virtual void Select(PbsEngine engine, DatastoreContext store, StorePart part) =>
        Select(engine, store, new SnapshotQuery { Namespace = part.Namespace!, Groups = [part.Group!.Value] });

    /// <summary>Whether an object of a snapshot selects its group; otherwise it is refused.</summary>
    private protected virtual bool WidensToGroup => true;

    /// <summary>Whether the namespaces below are included. False if -Recurse and -Depth have another meaning.</summary>
    /// <param name="namespaces">The named namespaces; null for none.</param>
    private protected virtual bool RecursesNamespaces(string[]? namespaces) => Recurse;

    /// <inheritdoc cref="RecursesNamespaces"/>
    private protected virtual int? NamespaceDepth => Given(nameof(Depth)) ? Depth : null;

    /// <summary>
    /// Returns the groups of a selection: the named ones, without a check that they exist, or those listed.
    /// </summary>
    private protected IEnumerable<(BackupNamespace Namespace, GroupPath Group)> GroupPaths(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotQuery selection) =>
        selection.Groups.Count > 0
            ? selection.Groups.Select(group => (selection.Namespace, group))
            : engine.Groups.List(store, selection, Report, StopToken).Select(group =>
                (((IGroupItem)group).Location, ((IGroupItem)group).Group));

    /// <summary>Returns the namespaces that an identity may be in.</summary>
    /// <param name="engine">Lists namespaces if <c>-Namespace</c> has wildcards.</param>
    /// <param name="place">The place. An object given as <c>-Datastore</c> adds its namespace to a text.</param>
    /// <param name="own">The namespace of the identity; null for a text without one.</param>
    /// <param name="name">The identity, for messages.</param>
    /// <exception cref="PbsArgumentException">The identity is in a namespace that is not named.</exception>
    private protected IEnumerable<BackupNamespace> NamespacesOfIdentity(
        PbsEngine engine,
        StorePlace place,
        BackupNamespace? own,
        string name)
    {
        if (own is null)
        {
            return Namespace is null
                ? [place.Part.Namespace ?? BackupNamespace.Root]
                : NamespaceSelection.In(engine, place.Store, Namespace, StopToken);
        }

        NamespaceSelection.Demand(Namespace, 0, own, name);
        return [own];
    }

    private protected override void Report(ListingProblem problem)
    {
        if (ParameterSetName != FilterSet || !_missing.TryTake(problem, BackupId)) base.Report(problem);
    }

    private void ProcessGroups()
    {
        foreach (GroupReference group in Group!)
        {
            string name = group.ToString();
            Attempt(name, () =>
            {
                DemandSize(group.IsOfSnapshot, name);
                foreach (StorePlace place in PlacesOfIdentity(group.Store, group.DatastoreText, name))
                {
                    PbsEngine engine = SessionFor(place.Store);
                    foreach (BackupNamespace ns in NamespacesOfIdentity(engine, place, group.OwnNamespace, name))
                    {
                        Attempt(null, () =>
                        {
                            place.Demand(ns, group.Path, null);
                            Process(engine, place.Store, new SnapshotQuery { Namespace = ns, Groups = [group.Path] });
                        });
                    }
                }
            });
        }
    }

    private void DemandSize(bool isOfSnapshot, string name)
    {
        if (!isOfSnapshot || WidensToGroup) return;
        throw new PbsArgumentException(
            PbsErrorId.GroupRequired,
            $"'{name}' is a snapshot, or lies in one; this is about whole groups", name)
        {
            RecommendedAction = "Give the group, for instance by its text.",
        };
    }
}
