using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Features.Verify;

/// <summary>
/// A step of a run, in reporting order: the start of a group, a group that cannot be listed, or a snapshot.
/// </summary>
/// <param name="Line">PBS's log line of a group; null for a snapshot.</param>
/// <param name="Check">The snapshot's verification; null for a group.</param>
/// <param name="Section">Number of the group, starting at 0.</param>
/// <param name="Number">Number of the snapshot in its group, starting at 1.</param>
/// <param name="Count">Number of snapshots in the group.</param>
internal sealed record VerifyStep(string? Line, SnapshotCheck? Check, int Section, int Number, int Count)
{
    /// <summary>The group as the list of failures names it, if the group could not be read; else null.</summary>
    public string? Failed { get; init; }
}

/// <summary>
/// The queue of steps from the walk to the reports. It is short because each snapshot keeps its lock. It may grow while
/// snapshots bring hardly any new chunks, so that the walk finds new ones before the workers run out.
/// </summary>
/// <param name="signal">Pulsed when a step becomes available.</param>
/// <param name="isSupplied">Whether the workers that check chunks have enough of them.</param>
/// <param name="handles">Number of files that may still be opened; null for no limit.</param>
internal sealed class VerifySteps(VerifySignal signal, Func<bool> isSupplied, int? handles)
{
    private const int UsuallyAhead = 64;
    private const int MostAhead = 256;

    // Two for its lock and one for its group; the same number is left for other uses.
    private const int HandlesEach = 6;

    // Long compared with another check, short compared with the time that the supply lasts.
    private static readonly TimeSpan UntilNextLook = TimeSpan.FromMilliseconds(5);

    private readonly int _most = Math.Clamp(handles is { } left ? left / HandlesEach : MostAhead, 1, MostAhead);
    private readonly object _lock = new();
    private readonly Queue<VerifyStep> _steps = new();
    private bool _isComplete;

    /// <summary>Whether <see cref="TryTake"/> can answer without waiting.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return _steps.Count > 0 || _isComplete;
        }
    }

    private bool IsFull => _steps.Count >= _most || (_steps.Count >= UsuallyAhead && isSupplied());

    /// <summary>Adds a step, and blocks while the queue is full.</summary>
    /// <returns>False if no more steps are taken.</returns>
    public bool TryAdd(VerifyStep step)
    {
        lock (_lock)
        {
            while (IsFull && !_isComplete) Monitor.Wait(_lock, UntilNextLook);
            if (_isComplete) return false;
            _steps.Enqueue(step);
        }

        signal.Pulse();
        return true;
    }

    /// <summary>Ends the queue, from either side.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            Monitor.PulseAll(_lock);
        }

        signal.Pulse();
    }

    /// <summary>Takes the next step; returns false at the end.</summary>
    public bool TryTake([NotNullWhen(true)] out VerifyStep? step)
    {
        lock (_lock)
        {
            if (!_steps.TryDequeue(out step)) return false;

            // Not for every step: waking a thread costs more than the step.
            if (_steps.Count == UsuallyAhead / 2 || _steps.Count == _most / 2) Monitor.PulseAll(_lock);
            return true;
        }
    }
}
