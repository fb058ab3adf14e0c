namespace PbsModule.Core.Storage.Verify;

/// <summary>What the threads of a verification share. Safe on any number of threads.</summary>
/// <param name="failFast">Whether the first fault ends the run.</param>
internal sealed class SharedState(bool failFast)
{
    private volatile bool _isHalted;
    private volatile Exception? _failure;

    /// <summary>Wakes the thread that waits for the others.</summary>
    public VerifySignal Signal { get; } = new();

    /// <summary>The bad chunks of the run.</summary>
    public ChunkFindings Findings { get; } = new();

    /// <summary>Whether what is left need not be looked at any more.</summary>
    public bool IsHalted => _isHalted;

    /// <summary>What ended a thread; null while nothing has.</summary>
    public Exception? Failure => _failure;

    /// <summary>Ends the run after what is under way.</summary>
    public void Halt() => _isHalted = true;

    /// <summary>A file or chunk is not good.</summary>
    public void FindFault()
    {
        if (failFast) Halt();
        Signal.Pulse();
    }

    /// <summary>A thread has failed, which ends the run; who waits for it throws this.</summary>
    public void Fail(Exception failure)
    {
        _failure = failure;
        Halt();
        Signal.Pulse();
    }
}
