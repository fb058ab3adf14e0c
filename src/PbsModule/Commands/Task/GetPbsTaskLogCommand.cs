using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Shows the lines of tasks' logs.</summary>
[Cmdlet(VerbsCommon.Get, "PbsTaskLog")]
[OutputType(typeof(TaskLogLineInfo))]
public sealed class GetPbsTaskLogCommand : PbsTaskCmdlet
{
    /// <summary>The last so many lines.</summary>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int Tail { get; set; }

    /// <summary>Goes on with what is written until the task has ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    private protected override void Process(PbsSession session, Upid upid)
    {
        TaskLogQuery query = new() { Tail = Given(nameof(Tail)) ? Tail : null, Follow = Wait };
        foreach (TaskLogLineInfo line in session.GetTaskLog(upid, query, StopToken)) WriteObject(line);
    }
}
