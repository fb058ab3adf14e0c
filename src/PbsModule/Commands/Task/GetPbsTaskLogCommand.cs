using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Features;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Commands;

/// <summary>Shows the lines of tasks' logs.</summary>
[Cmdlet(VerbsCommon.Get, "PbsTaskLog")]
[OutputType(typeof(TaskLogLineInfo))]
public sealed class GetPbsTaskLogCommand : PbsTaskCmdlet
{
    /// <summary>Number of lines, counted from the end.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Whether to keep reading new lines until the task ends.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    private protected override void Process(PbsEngine engine, Upid upid)
    {
        TaskLogQuery query = new() { Tail = Given(nameof(Tail)) ? Tail : null, Follow = Wait };
        foreach (TaskLogLineInfo line in engine.TaskLogs.Read(upid, query, StopToken)) WriteObject(line);
    }
}
