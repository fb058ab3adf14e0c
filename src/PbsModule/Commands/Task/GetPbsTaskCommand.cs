using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Commands;

/// <summary>Lists worker tasks of the server and of this module, running and finished.</summary>
[Cmdlet(VerbsCommon.Get, "PbsTask", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(TaskInfo))]
public sealed class GetPbsTaskCommand : PbsTaskLookupCmdlet
{
    private const string FilterSet = "Filter";
    private const string UpidSet = "Upid";

    /// <summary>Tasks on these datastores: names (wildcards allowed), or objects of a datastore.</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public DatastoreReference[]? Datastore { get; set; }

    /// <summary>Exactly these tasks, by UPID or object.</summary>
    [Parameter(
        ParameterSetName = UpidSet,
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
            HelpMessage = "The UPID of a task, as Get-PbsTask lists them.")]
    [TaskTransformation, ArgumentCompleter(typeof(UpidCompleter))]
    public TaskReference[]? Upid { get; set; }

    /// <summary>Whether to list only running tasks; with <c>:$false</c> only finished ones.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter Running { get; set; }

    /// <summary>Worker types; wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [SupportsWildcards]
    [Alias("Type")]
    [ArgumentCompleter(typeof(WorkerTypeCompleter))]
    public string[]? WorkerType { get; set; }

    /// <summary>Lists tasks started at or after this time.</summary>
    [Parameter(ParameterSetName = FilterSet), Alias("After"), TimeTransformation]
    public DateTimeOffset Since { get; set; }

    /// <summary>Lists tasks started before this time.</summary>
    [Parameter(ParameterSetName = FilterSet), Alias("Before"), TimeTransformation]
    public DateTimeOffset Until { get; set; }

    /// <summary>Outcomes of the tasks.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public TaskStateKind[]? Status { get; set; }

    /// <summary>Whether to leave out tasks that ended OK; running tasks are kept.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter Error { get; set; }

    /// <summary>Maximum number of tasks.</summary>
    [Parameter(ParameterSetName = FilterSet), ValidateRange(1, int.MaxValue)]
    public int Limit { get; set; }

    protected override void Process()
    {
        foreach (TaskReference task in Upid ?? [])
        {
            StopToken.ThrowIfCancellationRequested();
            Attempt(task.ToString(), () => WriteObject(SessionOf(task).Tasks.Get(task.Id, StopToken)));
        }

        if (ParameterSetName == UpidSet) return;
        foreach (TaskInfo task in SessionOf(Datastore).Tasks.List(Query(), Report, StopToken)) WriteObject(task);
    }

    private TaskQuery Query() => new()
    {
        Running = Given(nameof(Running)) ? Running.IsPresent : null,
        Types = [.. (WorkerType ?? []).Select(NameFilters.AnyCase)],
        Stores = StoreNames(Datastore),
        Since = Given(nameof(Since)) ? Since : null,
        Until = Given(nameof(Until)) && Until > DateTimeOffset.MinValue ? Until.AddTicks(-1) : null,
        Outcomes = Status ?? [],
        ErrorsOnly = Error,
        Limit = Given(nameof(Limit)) ? Limit : null,
    };
}
