using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Verify;

/// <summary>Receives the log lines, results and progress of a verification.</summary>
internal abstract class VerifyReporter
{
    /// <summary>UPID of the worker task; null if the verification is not a task.</summary>
    public abstract Upid? Upid { get; }

    public abstract CancellationToken Cancellation { get; }

    public abstract void Log(string line);

    public abstract void Warn(string message, PbsException? cause = null);

    public abstract void Emit(VerifyResult result);

    public abstract void Report(TaskProgress progress);
}

/// <summary>Reports to a worker task.</summary>
internal sealed class TaskVerifyReporter(TaskContext context) : VerifyReporter
{
    public override Upid? Upid => context.Upid;

    public override CancellationToken Cancellation => context.Cancellation;

    public override void Log(string line) => context.Log(line);

    public override void Warn(string message, PbsException? cause = null) => context.Warn(message, cause);

    public override void Emit(VerifyResult result) => context.Emit(result);

    public override void Report(TaskProgress progress) => context.Report(progress);
}

/// <summary>Reports only the results, for a verification that is not a task.</summary>
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
