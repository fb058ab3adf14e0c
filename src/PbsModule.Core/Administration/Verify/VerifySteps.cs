using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// One step of a run, in the order in which steps are told: a group that begins or cannot be listed, or a snapshot.
/// </summary>
/// <param name="Line">PBS's log line of a group; null for a snapshot.</param>
/// <param name="Check">The snapshot; null for a group.</param>
/// <param name="Section">Number of the group, from 0.</param>
/// <param name="Number">Number of the snapshot in its group, from 1.</param>
/// <param name="Count">Snapshots of the group.</param>
internal sealed record VerifyStep(string? Line, SnapshotCheck? Check, int Section, int Number, int Count)
{
    /// <summary>
    /// The group, as the list of failures names it, where the line tells that it could not be looked at; else null.
    /// </summary>
    public string? Failed { get; init; }
}

/// <summary>
/// Steps on their way from who looks at snapshots to who tells of them; not too many at a time, for each snapshot keeps
/// its lock. Where hardly anything new is found in them there may be more, so that new chunks are found before those at
/// work run out of them.
/// </summary>
/// <param name="signal">Pulsed when there is news.</param>
/// <param name="isSupplied">Whether those who check chunks have enough of them.</param>
/// <param name="handles">How many files may still be opened; null for any number.</param>
internal sealed class VerifySteps(VerifySignal signal, Func<bool> isSupplied, int? handles)
{
    private const int UsuallyAhead = 64;
    private const int MostAhead = 256;

    // Two for its lock, and one for its group; as much again is left to others.
    private const int HandlesEach = 6;

    // Long against looking once more, short against what is a supply.
    private static readonly TimeSpan UntilNextLook = TimeSpan.FromMilliseconds(5);

    private readonly int _most = Math.Clamp(handles is { } left ? left / HandlesEach : MostAhead, 1, MostAhead);
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

    private bool IsFull => _steps.Count >= _most || (_steps.Count >= UsuallyAhead && isSupplied());

    /// <summary>Adds a step; waits while there are enough.</summary>
    /// <returns>False where nobody takes steps any more.</returns>
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
            if (_steps.Count == UsuallyAhead / 2 || _steps.Count == _most / 2) Monitor.PulseAll(_lock);
            return true;
        }
    }
}
