namespace PbsModule.Core.Storage.Garbage;

/// <summary>How garbage is collected.</summary>
internal sealed record GarbageCollectionSettings
{
    /// <summary>Digests of 18 million chunks, some 70 TB of data.</summary>
    public const long DefaultMemory = 1L << 30;

    /// <summary>An older cutoff than PBS's, Unix seconds.</summary>
    public long? Cutoff { get; init; }

    /// <summary>Bytes to remember digests in; with less, chunks are touched again.</summary>
    public long Memory { get; init; } = DefaultMemory;

    /// <summary>Gives that memory, all zeros; null for the system's.</summary>
    public Func<nuint, nint>? Allocate { get; init; }

    /// <summary>
    /// Full path of the list in which a server writes indexes before it moves them (4.x); null where there is no
    /// server.
    /// </summary>
    public string? MoveJournal { get; init; }

    /// <summary>Waits between two looks for indexes; null for the clock's time.</summary>
    public Action<TimeSpan, CancellationToken>? Pause { get; init; }

    /// <summary>Threads that look at chunks; null for what suits the store.</summary>
    public int? Threads { get; init; }

    /// <summary>
    /// Whether a file system must prove that it keeps access times (<c>gc-atime-safety-check</c>). Without the proof a
    /// collection goes on only if it remembers every chunk in use.
    /// </summary>
    public bool DemandsAccessTimes { get; init; } = true;

    /// <summary>What time it is.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The moments that count, where they are not to be PBS's.</summary>
    public Func<long, CollectionTimes> Times { get; init; } = static start => CollectionTimes.At(start);

    /// <summary>Called between the phases.</summary>
    public Action? BeforeSweep { get; init; }
}
