using System.Collections;
using System.Globalization;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>What a garbage collection would find in a datastore at this moment.</summary>
public sealed class GarbageInfo : IDatastoreItem
{
    private readonly DatastoreContext _store;
    private readonly GarbageFigures _figures;

    internal GarbageInfo(DatastoreContext store, GarbageFigures figures, CollectionTimes times)
    {
        _store = store;
        _figures = figures;
        EligibleAt = figures.YoungestPending is { } time ? Moment(time, times.Start - times.Cutoff + 1) : null;
        Ages = new GarbageAgeList([.. figures.Ages.Select((garbage, i) =>
            new GarbageAge(GarbageAge.NameOf(i), garbage.Bytes, garbage.Chunks))]);
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _store.Text;

    /// <summary>Bytes that would be removed now.</summary>
    public long ReclaimableBytes => _figures.ReclaimableBytes;

    /// <summary>Chunks that would be removed now, without those set aside.</summary>
    public long ReclaimableChunks => _figures.ReclaimableChunks;

    /// <summary>Bytes that nothing refers to and that are too young to go.</summary>
    public long PendingBytes => _figures.PendingBytes;

    public long PendingChunks => _figures.PendingChunks;

    /// <summary>Chunks that a verification has set aside, whether they would go or stay.</summary>
    public long BadChunks => _figures.BadChunks;

    /// <summary>When all that is pending will be old enough to go, UTC; null where nothing is pending.</summary>
    public DateTimeOffset? EligibleAt { get; }

    public long InUseBytes => _figures.InUseBytes;

    public long InUseChunks => _figures.InUseChunks;

    /// <summary>Chunks that an index refers to and that are not there.</summary>
    public long MissingChunks => _figures.MissingChunks;

    public long IndexFileCount => _figures.IndexFiles;

    /// <summary>Sum of the logical sizes of all index files.</summary>
    public long IndexDataBytes => _figures.IndexBytes;

    /// <summary>What nothing refers to, reclaimable and pending, by the time since it was accessed last.</summary>
    public GarbageAgeList Ages { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;

    /// <summary>
    /// A moment after an access. File systems hold times that no calendar has, which end with the calendar.
    /// </summary>
    internal static DateTimeOffset Moment(long accessed, long later) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(accessed, 0, BackupTime.MaxSeconds - later) + later);
}

/// <summary>Garbage of one age.</summary>
/// <param name="Age">Time since it was accessed, in words: <c>1 to 7 days</c>.</param>
/// <param name="Bytes">All of it.</param>
/// <param name="Chunks">Without those set aside.</param>
public sealed record GarbageAge(string Age, long Bytes, long Chunks)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Age}: {ByteText.Format(Bytes)} in {Chunks} chunks");

    internal static string NameOf(int index)
    {
        IReadOnlyList<int> bounds = GarbageFigures.AgeBounds;
        return index == 0
            ? "under a day"
            : index == bounds.Count ? $"over {bounds[^1]} days" : $"{bounds[index - 1]} to {bounds[index]} days";
    }
}

/// <summary>Garbage by age, the youngest first; as text the ages stand beside each other.</summary>
public sealed class GarbageAgeList : IReadOnlyList<GarbageAge>
{
    private readonly GarbageAge[] _ages;

    internal GarbageAgeList(GarbageAge[] ages) => _ages = ages;

    public int Count => _ages.Length;

    public GarbageAge this[int index] => _ages[index];

    public IEnumerator<GarbageAge> GetEnumerator() => ((IEnumerable<GarbageAge>)_ages).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join("; ", _ages.Where(age => age.Bytes > 0));
}
