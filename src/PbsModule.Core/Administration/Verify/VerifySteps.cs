using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>One step of a run, in the order in which steps are told: a group that begins or cannot be listed, or a snapshot.</summary>
/// <param name="Line">PBS's log line of a group; null for a snapshot.</param>
/// <param name="Check">The snapshot; null for a group.</param>
/// <param name="Section">Number of the group, from 0.</param>
/// <param name="Number">Number of the snapshot in its group, from 1.</param>
/// <param name="Count">Snapshots of the group.</param>
internal sealed record VerifyStep(string? Line, SnapshotCheck? Check, int Section, int Number, int Count)
{
    /// <summary>The line tells of something that is left out.</summary>
    public bool IsWarning { get; init; }
}

/// <summary>Steps on their way from who looks at snapshots to who tells of them; not too many at a time, for each snapshot keeps its lock.</summary>
internal sealed class VerifySteps(VerifySignal signal)
{
    private const int MostAhead = 64;

    private readonly object _lock = new();
    private readonly Queue<VerifyStep> _steps = new();
    private bool _isComplete;

    /// <summary>Whether <see cref="TryTake"/> has an answer.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return _steps.Count > 0 || _isComplete;
        }
    }

    /// <summary>Adds a step; waits while there are enough.</summary>
    /// <returns>False where nobody takes steps any more.</returns>
    public bool TryAdd(VerifyStep step)
    {
        lock (_lock)
        {
            while (_steps.Count >= MostAhead && !_isComplete) Monitor.Wait(_lock);
            if (_isComplete) return false;
            _steps.Enqueue(step);
        }

        signal.Pulse();
        return true;
    }

    /// <summary>There will be no more, or nobody will take them.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }

        signal.Pulse();
    }

    /// <summary>Takes the next step; false at the end.</summary>
    public bool TryTake([NotNullWhen(true)] out VerifyStep? step)
    {
        lock (_lock)
        {
            if (!_steps.TryDequeue(out step)) return false;

            // Not at once: waking somebody for each step costs more than the step.
            if (_steps.Count == MostAhead / 2) Monitor.PulseAll(_lock);
            return true;
        }
    }
}
