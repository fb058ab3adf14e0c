using PbsModule.Core.Errors;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>The moments a garbage collection goes by, Unix seconds.</summary>
/// <param name="Start">When it began.</param>
/// <param name="OldestWriter">When the oldest writer that is still at work began; the start where there is
/// none.</param>
/// <param name="Cutoff">What was not accessed since then, and is not in use, may go.</param>
internal sealed record CollectionTimes(long Start, long OldestWriter, long Cutoff)
{
    /// <summary>
    /// For how long a chunk that nothing refers to is left alone: a backup may be about to refer to it.
    /// </summary>
    public const int Grace = 86400;

    /// <summary>Besides, for clocks that differ and the time between a decision and its touch.</summary>
    public const int Margin = 300;

    /// <summary>PBS's cutoff, 24 h 5 min before the start, or 5 min before the oldest writer.</summary>
    /// <param name="start">When it begins.</param>
    /// <param name="oldestWriter">Null where nobody writes.</param>
    public static CollectionTimes At(long start, long? oldestWriter = null) =>
        new(start, oldestWriter ?? start, Math.Min(start - Grace, oldestWriter ?? start) - Margin);

    /// <summary>
    /// The cutoff of a store whose server has one configured (<c>gc-atime-cutoff</c>), where nobody writes.
    /// </summary>
    /// <param name="start">When it begins.</param>
    /// <param name="minutes">The minutes for which a chunk must not have been accessed.</param>
    public static CollectionTimes Configured(long start, int minutes) => new(start, start, start - (minutes * 60L));

    /// <summary>With an older cutoff.</summary>
    /// <param name="cutoff">Null for PBS's.</param>
    /// <exception cref="PbsArgumentException">It is younger.</exception>
    public CollectionTimes WithCutoff(long? cutoff)
    {
        if (cutoff is not { } wanted) return this;
        if (wanted <= Cutoff) return this with { Cutoff = wanted };
        throw new PbsArgumentException(
            PbsErrorId.CutoffTooRecent,
            $"the cutoff can only be made older than {Describe(Start - Cutoff)}: chunks a backup has just written or "
                + "is about to refer to would be lost");
    }

    private static string Describe(long seconds) =>
        seconds % 3600 == 0 ? $"{seconds / 3600} h" : $"{seconds / 3600} h {seconds % 3600 / 60} min";
}
