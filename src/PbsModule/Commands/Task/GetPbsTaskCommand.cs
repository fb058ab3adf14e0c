using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Lists worker tasks: what the server and this module do and have done.</summary>
[Cmdlet(VerbsCommon.Get, "PbsTask", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(TaskInfo))]
public sealed class GetPbsTaskCommand : PbsTaskLookupCmdlet
{
    private const string FilterSet = "Filter";
    private const string UpidSet = "Upid";

    /// <summary>Tasks on these datastores: names (wildcards allowed), or objects that lie in one.</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public DatastoreReference[]? Datastore { get; set; }

    /// <summary>Exactly these tasks, by their UPID or as objects.</summary>
    [Parameter(
        ParameterSetName = UpidSet,
        Mandatory = true,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
            HelpMessage = "The UPID of a task, as Get-PbsTask lists them.")]
    [TaskTransformation, ArgumentCompleter(typeof(UpidCompleter))]
    public TaskReference[]? Upid { get; set; }

    /// <summary>Only what runs; with <c>:$false</c> only what has ended.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter Running { get; set; }

    /// <summary>Kinds of work, wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [SupportsWildcards]
    [Alias("Type")]
    [ArgumentCompleter(typeof(WorkerTypeCompleter))]
    public string[]? WorkerType { get; set; }

    /// <summary>At or after this time.</summary>
    [Parameter(ParameterSetName = FilterSet), Alias("After"), TimeTransformation]
    public DateTimeOffset Since { get; set; }

    /// <summary>Earlier than this time.</summary>
    [Parameter(ParameterSetName = FilterSet), Alias("Before"), TimeTransformation]
    public DateTimeOffset Until { get; set; }

    /// <summary>How they ended.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public TaskStateKind[]? Status { get; set; }

    /// <summary>Everything that did not end OK; what runs stays.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    public SwitchParameter Error { get; set; }

    /// <summary>The first so many.</summary>
    [Parameter(ParameterSetName = FilterSet), ValidateRange(1, int.MaxValue)]
    public int Limit { get; set; }

    protected override void Process()
    {
        foreach (TaskReference task in Upid ?? [])
        {
            StopToken.ThrowIfCancellationRequested();
            Attempt(task.ToString(), () => WriteObject(SessionOf(task).GetTask(task.Id, StopToken)));
        }

        if (ParameterSetName == UpidSet) return;
        foreach (TaskInfo task in SessionOf(Datastore).GetTasks(Query(), Report, StopToken)) WriteObject(task);
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
