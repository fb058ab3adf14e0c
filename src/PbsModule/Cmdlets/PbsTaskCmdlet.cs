using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that work on named tasks, one after another.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTaskCmdlet : PbsTaskLookupCmdlet
{
    /// <summary>Tasks by UPID or object.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The UPID of a task, as Get-PbsTask lists them.")]
    [TaskTransformation]
    [ArgumentCompleter(typeof(UpidCompleter))]
    public virtual TaskReference[]? Upid { get; set; }

    protected override void Process()
    {
        foreach (TaskReference task in Upid!)
        {
            StopToken.ThrowIfCancellationRequested();
            Attempt(task.ToString(), () => Process(SessionOf(task), task.Id));
        }
    }

    /// <summary>Processes one task.</summary>
    /// <param name="engine">A session through the task's connection.</param>
    /// <param name="upid">UPID of the task.</param>
    private protected abstract void Process(PbsEngine engine, Upid upid);
}
