using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on groups: selects them by their keys (<c>Filter</c>) or by identity (<c>Group</c>).</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsGroupCmdlet : PbsDatastoreCmdlet
{
    protected const string FilterSet = "Filter";
    protected const string GroupSet = "Group";

    private readonly MissingIds _missing = new();

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 0, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Groups by identity text (<c>vm/100</c>, <c>ns/a/vm/100</c>) or object.</summary>
    [Parameter(ParameterSetName = GroupSet, Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = "A group, like vm/100.")]
    [GroupTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public GroupReference[]? Group { get; set; }

    /// <summary>Namespaces, '' for the root; wildcards allowed. The root where it is left out.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString, SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Also the namespaces below.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public virtual SwitchParameter Recurse { get; set; }

    /// <summary>How many levels of namespaces below, 0 to 7.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateRange(0, BackupNamespace.MaxDepth)]
    public virtual int Depth { get; set; }

    /// <summary><c>vm</c>, <c>ct</c>, <c>host</c>.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupTypeCompleter))]
    public string[]? BackupType { get; set; }

    /// <summary>Ids, wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public string[]? BackupId { get; set; }

    /// <summary>The work on one selection of groups or snapshots in one store.</summary>
    protected abstract void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection);

    protected override void Process()
    {
        if (ParameterSetName == GroupSet)
        {
            ProcessGroups();
            return;
        }

        _missing.Clear();
        base.Process();
        foreach (ListingProblem problem in _missing.Everywhere) base.Report(problem);
    }

    protected override void Process(PbsSession session, DatastoreContext store)
    {
        var scope = new GroupScope(Namespace, RecursesNamespaces, NamespaceDepth, BackupType, BackupId);
        foreach (SnapshotQuery query in scope.Queries(session, store, StoresAreLiteral, StopToken))
        {
            if (Attempt(null, () => Select(session, store, query))) _missing.Looked();
        }
    }

    /// <summary>Narrows a selection further before the work.</summary>
    private protected virtual void Select(PbsSession session, DatastoreContext store, SnapshotQuery query) => Process(session, store, query);

    /// <summary>Whether the namespaces below are meant; where -Recurse and -Depth are about something else, they are not.</summary>
    private protected virtual bool RecursesNamespaces => Recurse;

    /// <inheritdoc cref="RecursesNamespaces"/>
    private protected virtual int? NamespaceDepth => Given(nameof(Depth)) ? Depth : null;

    /// <summary>The groups of a selection: those it names, without a look whether they are there, else those it lists.</summary>
    private protected IEnumerable<(BackupNamespace Namespace, GroupPath Group)> GroupPaths(PbsSession session, DatastoreContext store, SnapshotQuery selection) =>
        selection.Groups.Count > 0
            ? selection.Groups.Select(group => (selection.Namespace, group))
            : session.GetGroups(store, selection, Report, StopToken).Select(group => (((IGroupItem)group).Location, ((IGroupItem)group).Group));

    /// <summary>The namespaces an identity text without one may mean.</summary>
    private protected IEnumerable<BackupNamespace> NamespacesOfIdentity(bool hasNamespace, BackupNamespace own, PbsSession session, DatastoreContext store) =>
        hasNamespace || Namespace is null ? [own] : NamespaceSelection.In(session, store, Namespace, StopToken);

    private protected override void Report(ListingProblem problem)
    {
        if (ParameterSetName != FilterSet || !_missing.TryTake(problem, BackupId)) base.Report(problem);
    }

    private void ProcessGroups()
    {
        foreach (GroupReference group in Group!)
        {
            Attempt(group.ToString(), () =>
            {
                foreach (DatastoreContext store in StoresOfIdentity(group.Store))
                {
                    PbsSession session = SessionFor(store);
                    foreach (BackupNamespace ns in NamespacesOfIdentity(group.HasNamespace, group.Namespace, session, store))
                    {
                        Attempt(null, () => Process(session, store, new SnapshotQuery { Namespace = ns, Groups = [group.Path] }));
                    }
                }
            });
        }
    }
}
