using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a query demands of a snapshot: first by the name of its folder, then by what reading it has shown.
/// </summary>
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
    /// How many of each group are wanted, where that cannot be told before they are read, or where they are named.
    /// </summary>
    public int? LatestAfterReading =>
        _needsReading || _query.Finished == false || _query.Snapshots.Count > 0 ? _query.Latest : null;

    /// <summary>The folders that are worth reading.</summary>
    /// <param name="times">All of a group, ascending.</param>
    /// <param name="isFinished">Looks whether a snapshot has a manifest.</param>
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

    /// <summary>What a listing looks at before it reads; those that are named one by one are read at once.</summary>
    private bool PassesByName(SnapshotInfo snapshot)
    {
        long time = snapshot.BackupTime.ToUnixTimeSeconds();
        return time >= _from
            && time < _until
            && (_times.Count == 0 || _times.Contains(time))
            && _query.HasOwner(snapshot.Owner);
    }

    /// <summary>
    /// Where to begin so that the last so many finished ones are in; those between them are left out when they are
    /// read.
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

    /// <summary>Snapshots are whole seconds: the first one that is not before the moment.</summary>
    private static long CeilingSeconds(DateTimeOffset moment) =>
        moment.ToUnixTimeSeconds() + (moment.UtcTicks % TimeSpan.TicksPerSecond == 0 ? 0 : 1);
}
