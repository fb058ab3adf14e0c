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

    // Literal ids that some place does not have, with how many places; an id is missing when no place has it.
    private readonly Dictionary<string, (ListingProblem Problem, int Places)> _missing = new(StringComparer.Ordinal);
    private int _places;

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 0, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, SupportsWildcards]
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
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BackupTypeCompleter))]
    public string[]? BackupType { get; set; }

    /// <summary>Ids, wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
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
        _places = 0;
        base.Process();
        foreach ((ListingProblem problem, int places) in _missing.Values)
        {
            if (places == _places) base.Report(problem);
        }
    }

    protected override void Process(PbsSession session, DatastoreContext store)
    {
        IReadOnlyList<NameFilter> ids = NameFilters.From(BackupId);
        IReadOnlyList<BackupType> types = NameFilters.Types(BackupType);
        bool exact = StoresAreLiteral && NamespaceIsLiteral && types.Count == 1 && ids.Count > 0 && ids.All(id => id.IsLiteral);
        foreach (BackupNamespace ns in NamespaceSelection.In(session, store, Namespace, RecursesNamespaces, StopToken))
        {
            SnapshotQuery query = new() { Namespace = ns, Recurse = RecursesNamespaces, Depth = NamespaceDepth };
            query = exact
                ? query with { Groups = [.. ids.Select(id => new GroupPath(types[0], Checked(id.Text)))] }
                : query with { Types = types, Ids = ids };
            if (Attempt(null, () => Select(session, store, query))) _places++;
        }
    }

    /// <summary>Narrows a selection further before the work.</summary>
    private protected virtual void Select(PbsSession session, DatastoreContext store, SnapshotQuery query) => Process(session, store, query);

    /// <summary>Whether the namespaces below are meant; where -Recurse and -Depth are about something else, they are not.</summary>
    private protected virtual bool RecursesNamespaces => Recurse;

    /// <inheritdoc cref="RecursesNamespaces"/>
    private protected virtual int? NamespaceDepth => Given(nameof(Depth)) ? Depth : null;

    private protected bool NamespaceIsLiteral => !RecursesNamespaces && NamespaceDepth is null && Namespace?.Any(WildcardPattern.ContainsWildcardCharacters) != true;

    /// <summary>The groups of a selection: those it names, without a look whether they are there, else those it lists.</summary>
    private protected IEnumerable<(BackupNamespace Namespace, GroupPath Group)> GroupPaths(PbsSession session, DatastoreContext store, SnapshotQuery selection) =>
        selection.Groups.Count > 0
            ? selection.Groups.Select(group => (selection.Namespace, group))
            : session.GetGroups(store, selection, Report, StopToken).Select(group => (((IGroupItem)group).Location, ((IGroupItem)group).Group));

    /// <summary>The namespaces an identity text without one may mean.</summary>
    private protected IEnumerable<BackupNamespace> NamespacesOfIdentity(bool hasNamespace, BackupNamespace own, PbsSession session, DatastoreContext store) =>
        hasNamespace || Namespace is null ? [own] : NamespaceSelection.In(session, store, Namespace, false, StopToken);

    private protected override void Report(ListingProblem problem)
    {
        bool isId = ParameterSetName == FilterSet && problem.ErrorId == PbsErrorId.GroupNotFound && BackupId?.Contains(problem.Target) == true;
        if (!isId) base.Report(problem);
        else _missing[problem.Target] = (problem, _missing.GetValueOrDefault(problem.Target).Places + 1);
    }

    private static string Checked(string id) => Core.Formats.BackupId.IsValid(id)
        ? id
        : throw new PbsArgumentException(PbsErrorId.BackupIdInvalid, $"'{id}' is not a backup id", id);

    private void ProcessGroups()
    {
        foreach (GroupReference group in Group!)
        {
            Attempt(group.ToString(), () =>
            {
                foreach (DatastoreContext store in StoresOfIdentity(group.Store))
                {
                    PbsSession session = new(store.Connection);
                    foreach (BackupNamespace ns in NamespacesOfIdentity(group.HasNamespace, group.Namespace, session, store))
                    {
                        Attempt(null, () => Process(session, store, new SnapshotQuery { Namespace = ns, Groups = [group.Path] }));
                    }
                }
            });
        }
    }
}
