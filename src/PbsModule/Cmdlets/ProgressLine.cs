using System.Management.Automation;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;

namespace PbsModule.Cmdlets;

/// <summary>
/// The progress record of a cmdlet: shown after one second, updated at most five times a second, removed at the end.
/// </summary>
internal sealed class ProgressLine(PbsCmdlet cmdlet, string activity, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly long _start = time.GetTimestamp();
    private TimeSpan? _shown;

    /// <summary>Shows the current work. May be called at any rate, on the pipeline's thread.</summary>
    /// <param name="status">Makes the status text; called only if it is shown.</param>
    public void Show(Func<string> status)
    {
        if (IsDue(out _)) cmdlet.WriteProgress(new ProgressRecord(0, activity, status()));
    }

    /// <summary>Shows the progress of a task: percent, rate, and the time left at the average rate.</summary>
    public void Show(TaskProgress progress)
    {
        if (IsDue(out TimeSpan elapsed)) cmdlet.WriteProgress(TaskProgressText.Record(progress, elapsed));
    }

    public void Dispose()
    {
        if (_shown is not null)
        {
            cmdlet.WriteProgress(new ProgressRecord(0, activity, "done") { RecordType = ProgressRecordType.Completed });
        }

        _shown = null;
    }

    private bool IsDue(out TimeSpan elapsed)
    {
        elapsed = time.GetElapsedTime(_start);
        if (elapsed < Delay || elapsed - _shown < Interval) return false;
        _shown = elapsed;
        return true;
    }
}
