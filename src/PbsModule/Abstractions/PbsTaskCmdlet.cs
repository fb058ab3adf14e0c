using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on named tasks, one after the other.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTaskCmdlet : PbsTaskLookupCmdlet
{
    /// <summary>Tasks by their UPID, or as objects.</summary>
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

    /// <summary>The work on one task.</summary>
    /// <param name="session">Talks through the connection the task was found with.</param>
    /// <param name="upid">Its name.</param>
    private protected abstract void Process(PbsSession session, Upid upid);
}
