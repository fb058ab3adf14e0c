using PbsModule.Core.Storage;

namespace PbsModule.Core.Features.Listing;

/// <summary>Applies a query's filters to a snapshot: first to its folder name, then to the data read from it.</summary>
internal sealed class SnapshotFilter
{
    private readonly SnapshotQuery _query;
    private readonly long _from;
    private readonly long _until;
    private readonly HashSet<long> _times;
    private readonly bool _needsReading;

    public SnapshotFilter(SnapshotQuery query)
    {
        _query = query;
        _from = query.After is { } after ? CeilingSeconds(after) : long.MinValue;
        _until = query.Before is { } before ? CeilingSeconds(before) : long.MaxValue;
        _times = [.. query.Times.Select(time => time.ToUnixTimeSeconds())];
        _needsReading = query.VerifyStates.Count > 0 || query.Protected is not null || query.Encrypted is not null
            || query.Comments.Count > 0;
    }

    /// <summary>
    /// The number of snapshots wanted per group if it can be applied only after reading, or if the query names
    /// snapshots.
    /// </summary>
    public int? LatestAfterReading =>
        _needsReading || _query.Finished == false || _query.Snapshots.Count > 0 ? _query.Latest : null;

    /// <summary>Selects the folders that must be read.</summary>
    /// <param name="times">All snapshot folders of a group, in ascending order.</param>
    /// <param name="isFinished">Checks whether a snapshot has a manifest.</param>
    public ReadOnlyMemory<TimeFolder> Choose(TimeFolder[] times, Func<TimeFolder, bool> isFinished)
    {
        if (_times.Count > 0) times = Array.FindAll(times, time => _times.Contains(time.Time));
        int start = Array.FindIndex(times, time => time.Time >= _from);
        if (start < 0) return default;
        int end = Array.FindIndex(times, start, time => time.Time >= _until);
        if (end < 0) end = times.Length;
        if (_query.Latest is int latest && LatestAfterReading is null)
        {
            start = _query.Finished is null
                ? Math.Max(start, end - latest)
                : StartOfFinished(times.AsSpan(start, end - start), latest, isFinished) + start;
        }

        return times.AsMemory(start, end - start);
    }

    public bool Passes(SnapshotInfo snapshot) => (_query.Snapshots.Count == 0 || PassesByName(snapshot))
        && (_query.Finished ?? snapshot.Finished) == snapshot.Finished && (!_needsReading
        || ((_query.VerifyStates.Count == 0 || _query.VerifyStates.Contains(snapshot.VerifyState))
            && (_query.Protected ?? snapshot.Protected) == snapshot.Protected
            && (_query.Encrypted ?? snapshot.Encrypted) == snapshot.Encrypted
            && _query.HasComment(snapshot.Comment)));

    /// <summary>
    /// Applies the filters that a listing checks before reading. Snapshots named in the query are read without them.
    /// </summary>
    private bool PassesByName(SnapshotInfo snapshot)
    {
        long time = snapshot.BackupTime.ToUnixTimeSeconds();
        return time >= _from
            && time < _until
            && (_times.Count == 0 || _times.Contains(time))
            && _query.HasOwner(snapshot.Owner);
    }

    /// <summary>
    /// Returns the start index that includes the last <paramref name="count"/> finished snapshots. Unfinished ones
    /// among them are dropped after reading.
    /// </summary>
    private static int StartOfFinished(ReadOnlySpan<TimeFolder> times, int count, Func<TimeFolder, bool> isFinished)
    {
        int start = times.Length;
        while (start > 0 && count > 0)
        {
            if (isFinished(times[--start])) count--;
        }

        return start;
    }

    /// <summary>Returns the first whole second that is not before the time. Snapshot times are whole seconds.</summary>
    private static long CeilingSeconds(DateTimeOffset moment) =>
        moment.ToUnixTimeSeconds() + (moment.UtcTicks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
}
