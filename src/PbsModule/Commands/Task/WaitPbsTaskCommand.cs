using System.Globalization;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Commands;

/// <summary>Waits until tasks have ended, and shows their outcomes.</summary>
[Cmdlet(VerbsLifecycle.Wait, "PbsTask")]
[OutputType(typeof(TaskInfo))]
public sealed class WaitPbsTaskCommand : PbsTaskCmdlet
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    private readonly TimeProvider _time = TimeProvider.System;
    private long _start;

    /// <summary>The maximum time to wait, for all tasks together: seconds, or <c>01:30:00</c>; 0 checks once.</summary>
    [Parameter]
    [DurationTransformation(AllowZero = true)]
    public TimeSpan Timeout { get; set; }

    protected override void Begin() => _start = _time.GetTimestamp();

    private protected override void Process(PbsEngine engine, Upid upid)
    {
        TaskInfo task = engine.Tasks.Get(upid, StopToken);
        using var progress =
            new ProgressLine(this, $"Waiting for task {task.WorkerType} {task.WorkerId}".TrimEnd(), _time);
        while (true)
        {
            TimeSpan left = Given(nameof(Timeout)) ? Timeout - _time.GetElapsedTime(_start) : Turn;
            if (engine.Tasks.Wait(upid, left < TimeSpan.Zero
                ? TimeSpan.Zero
                : left < Turn ? left : Turn, StopToken) is { } ended)
            {
                WriteObject(ended);
                return;
            }

            if (left <= TimeSpan.Zero) throw StillRunning(upid);
            progress.Show(() => string.Create(
                CultureInfo.CurrentCulture,
                $"running for {_time.GetUtcNow() - task.StartTime:d\\.hh\\:mm\\:ss}, started by {task.AuthId}"));
        }
    }

    private PbsConflictException StillRunning(Upid upid) =>
        new(PbsErrorId.TaskStillRunning, string.Create(CultureInfo.InvariantCulture,
            $"task {upid} is still running after {Timeout.TotalSeconds:0.###} s"), upid.ToString())
        {
            RecommendedAction = "Wait longer with -Timeout, or look at what it does with Get-PbsTaskLog.",
        };
}
