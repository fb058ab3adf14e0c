using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Tasks;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that prune: makes a plan, asks for confirmation and prunes. Rows of plans are collected until
/// the pipeline ends, because pruning a group row by row would make the rest of its plan stale.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsPruneCmdlet : PbsTargetCmdlet
{
    protected const string FilterSet = "Filter";
    protected const string GroupSet = "Group";
    protected const string PlanSet = "Plan";

    private readonly MissingIds _missing = new();
    private bool _hasWarned;
    private readonly Dictionary<
        (Connection Connection, string Store, string Basis),
        (PbsEngine Engine, DatastoreContext Store, List<PrunePlanInfo> Rows)> _plans = [];

    /// <summary>
    /// Datastores: registered names (wildcards allowed), paths, or objects of datastores. The only registered one by
    /// default.
    /// </summary>
    [Parameter(Position = 0)]
    [DatastoreTargetTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Groups: objects, identity texts (<c>vm/100</c>, <c>ns/a/vm/100</c>), or rows of groups.</summary>
    [Parameter(
        ParameterSetName = GroupSet,
        Mandatory = true,
        Position = 1,
        ValueFromPipeline = true,
        HelpMessage = "A group, like vm/100.")]
    [GroupTargetTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public GroupReference[]? Group { get; set; }

    /// <summary>Rows of plans of Get-PbsPrunePlan, all or some of them, also from CSV or JSON.</summary>
    [Parameter(
        ParameterSetName = PlanSet,
        Mandatory = true,
        ValueFromPipeline = true,
        HelpMessage = "What Get-PbsPrunePlan writes.")]
    [PrunePlanTransformation]
    public PrunePlanReference[]? Plan { get; set; }

    /// <summary>Namespaces, '' for the root; wildcards allowed. The root by default.</summary>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet)]
    [AllowEmptyString, SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Whether to include the namespaces below.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Number of levels of namespaces below, 0 to 7.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateRange(0, BackupNamespace.MaxDepth)]
    public int Depth { get; set; }

    /// <summary>Backup types: <c>vm</c>, <c>ct</c>, <c>host</c>.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupTypeCompleter))]
    public string[]? BackupType { get; set; }

    /// <summary>Backup ids; wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(BackupIdCompleter))]
    public string[]? BackupId { get; set; }

    /// <summary>Whether to write the result for each snapshot.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The keep options, unless a plan has them.</summary>
    private protected abstract PruneSettings Settings { get; }

    protected sealed override void Process()
    {
        if (ParameterSetName != PlanSet && !_hasWarned && !Settings.Keep.KeepsSomething)
        {
            WriteWarning(KeepParameters.NothingKept);
        }

        _hasWarned = true;
        switch (ParameterSetName)
        {
            case PlanSet:
                foreach (PrunePlanReference row in Plan!) Attempt(row.ToString(), () => Gather(row));
                break;
            case GroupSet:
                foreach (GroupReference group in Group!) Attempt(group.ToString(), () => Prune(group));
                break;
            default:
                Prune(new GroupScope(Namespace, Recurse, Given(nameof(Depth)) ? Depth : null, BackupType, BackupId));
                break;
        }
    }

    protected sealed override void End()
    {
        foreach ((PbsEngine engine, DatastoreContext store, List<PrunePlanInfo> rows) in _plans.Values)
        {
            List<PrunePlanInfo> agreed = [];
            foreach (PrunePlanInfo[] group in PruneOrder.GroupsOf(rows))
            {
                Attempt(group[0].Group.ToString(), () =>
                {
                    engine.Prune.Check(store, group);
                    agreed.AddRange(Agreed(store, group));
                });
            }

            if (agreed.Count > 0) Attempt(null, () => Run(engine, store, PruneOrder.OfPlan(agreed)));
        }
    }

    private void Prune(GroupScope scope)
    {
        _missing.Clear();
        foreach (DatastoreContext store in PlacesOfIdentity().Select(place => place.Store))
        {
            PbsEngine engine = new(store.Connection);
            Attempt(null, () =>
            {
                foreach (SnapshotQuery query in scope.Queries(engine, store, StoresAreLiteral, StopToken))
                {
                    if (Attempt(null, () => Prune(engine, store, query))) _missing.Looked();
                }
            });
        }

        foreach (ListingProblem problem in _missing.Everywhere) base.Report(problem);
    }

    private void Prune(GroupReference group)
    {
        if (group.HasNamespace) NamespaceSelection.Demand(Namespace, 0, group.Namespace, group.ToString());
        foreach ((PbsEngine engine, StorePlace place) in Places(group))
        {
            IEnumerable<BackupNamespace> places = group.HasNamespace || Namespace is null
                ? [group.Namespace]
                : NamespaceSelection.In(engine, place.Store, Namespace, StopToken);
            foreach (BackupNamespace ns in places)
            {
                var query = new GroupQuery { Namespace = ns, Groups = [group.Path] };
                Attempt(group.ToString(), () => Prune(engine, place.Store, query));
            }
        }
    }

    private void Prune(PbsEngine engine, DatastoreContext store, GroupQuery query)
    {
        PrunePlanInfo[] plan = [.. engine.Prune.Plan(store, query, Settings, Report, StopToken)];
        var order = new PruneOrder(Agreed(store, plan))
        {
            Namespace = query.Namespace,
            MaxDepth = query.Depth ?? (query.Recurse ? null : 0),
        };

        // Each named group is its own task, as on the server.
        if (query.Groups.Count == 0) Run(engine, store, order);
        else
        {
            foreach (PruneOrder one in order.ByGroup()) Attempt(one.Rows[0].ToString(), () => Run(engine, store, one));
        }
    }

    private void Gather(PrunePlanReference plan)
    {
        foreach ((PbsEngine engine, StorePlace place) in Places(plan))
        {
            DatastoreContext store = place.Store;
            PrunePlanInfo row = plan.In(store);
            (Connection, string, string) key = (store.Connection, store.Path, row.FingerprintBasis);
            if (!_plans.TryGetValue(key, out var gathered)) _plans.Add(key, gathered = (engine, store, []));
            gathered.Rows.Add(row);
        }
    }

    /// <summary>Returns the rows to keep, and those confirmed for removal.</summary>
    private List<PrunePlanInfo> Agreed(DatastoreContext store, PrunePlanInfo[] plan)
    {
        List<PrunePlanInfo> agreed = [];
        foreach (PrunePlanInfo row in plan)
        {
            if (row.IsLastVerified)
            {
                WriteWarning(
                    $"'{row}' in {store} is the last snapshot of its group that verified well, and it is to be "
                        + "removed");
            }

            if (row.Keep || ShouldProcess($"{row} in {store}", $"Remove snapshot ({row.Reason})")) agreed.Add(row);
        }

        return agreed;
    }

    private void Run(PbsEngine engine, DatastoreContext store, PruneOrder order)
    {
        if (order.Rows.Any(row => !row.Keep))
        {
            RunningTask task = engine.Prune.Run(store, order with { TellsResults = PassThru }, Force, StopToken);
            new TaskPump(this, TimeProvider.System).Run(task, null, StopToken);
            return;
        }

        WriteVerbose($"nothing is removed in {store}");
        if (PassThru) WriteAll(order.Rows.Select(row => new PruneResultInfo(row, removed: false)));
    }

    private protected override void Report(ListingProblem problem)
    {
        if (ParameterSetName != FilterSet || !_missing.TryTake(problem, BackupId)) base.Report(problem);
    }
}
