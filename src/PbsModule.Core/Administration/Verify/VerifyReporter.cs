using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

/// <summary>Whom a verification tells what it does.</summary>
internal abstract class VerifyReporter
{
    /// <summary>The task it is; null for a check that is none.</summary>
    public abstract Upid? Upid { get; }

    public abstract CancellationToken Cancellation { get; }

    public abstract void Log(string line);

    public abstract void Warn(string message, PbsException? cause = null);

    public abstract void Emit(VerifyResult result);

    public abstract void Report(TaskProgress progress);
}

/// <summary>A worker task.</summary>
internal sealed class TaskVerifyReporter(TaskContext context) : VerifyReporter
{
    public override Upid? Upid => context.Upid;

    public override CancellationToken Cancellation => context.Cancellation;

    public override void Log(string line) => context.Log(line);

    public override void Warn(string message, PbsException? cause = null) => context.Warn(message, cause);

    public override void Emit(VerifyResult result) => context.Emit(result);

    public override void Report(TaskProgress progress) => context.Report(progress);
}

/// <summary>A check whose results alone are asked for.</summary>
internal sealed class QuietVerifyReporter(
    Action<VerifyResult> onResult,
    CancellationToken cancellation) : VerifyReporter
{
    public override Upid? Upid => null;

    public override CancellationToken Cancellation => cancellation;

    public override void Log(string line)
    {
    }

    public override void Warn(string message, PbsException? cause = null)
    {
    }

    public override void Emit(VerifyResult result) => onResult(result);

    public override void Report(TaskProgress progress)
    {
    }
}
