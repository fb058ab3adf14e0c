using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Views;

namespace PbsModule.Commands;

/// <summary>Requests tasks to stop. They end soon after, as aborted.</summary>
[Cmdlet(VerbsLifecycle.Stop, "PbsTask", SupportsShouldProcess = true)]
[OutputType(typeof(TaskInfo))]
public sealed class StopPbsTaskCommand : PbsTaskCmdlet
{
    /// <inheritdoc/>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The UPID of a running task, as Get-PbsTask -Running lists them.")]
    [TaskTransformation]
    [ArgumentCompleter(typeof(RunningTaskCompleter))]
    public override TaskReference[]? Upid { get; set; }

    /// <summary>Whether to write the tasks, which may not have ended yet.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(PbsEngine engine, Upid upid)
    {
        TaskInfo task = engine.Tasks.GetStoppable(upid, StopToken);
        if (!task.Running) WriteVerbose(DisplayText.Plain($"task {upid} has ended already: {task.Status}"));
        else if (ShouldProcess(upid.ToString(), DisplayText.Plain($"Stop {task.WorkerType} {task.WorkerId}".TrimEnd())))
        {
            task = engine.Tasks.Stop(upid, StopToken);
        }
        else return;
        if (PassThru) WriteObject(task);
    }
}
