using System.Collections;
using System.Globalization;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Features.Garbage;

/// <summary>The result that a garbage collection would have at this time.</summary>
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

    /// <summary>Bytes that a collection would remove now.</summary>
    public long ReclaimableBytes => _figures.ReclaimableBytes;

    /// <summary>Chunks that a collection would remove now, without bad ones.</summary>
    public long ReclaimableChunks => _figures.ReclaimableChunks;

    /// <summary>Unreferenced bytes that are too young to be removed.</summary>
    public long PendingBytes => _figures.PendingBytes;

    public long PendingChunks => _figures.PendingChunks;

    /// <summary>Chunks that a verification renamed as bad, whether removable or not.</summary>
    public long BadChunks => _figures.BadChunks;

    /// <summary>
    /// The time when all pending chunks will be old enough to be removed, UTC; null if nothing is pending.
    /// </summary>
    public DateTimeOffset? EligibleAt { get; }

    public long InUseBytes => _figures.InUseBytes;

    public long InUseChunks => _figures.InUseChunks;

    /// <summary>Number of chunks that an index references but that do not exist.</summary>
    public long MissingChunks => _figures.MissingChunks;

    public long IndexFileCount => _figures.IndexFiles;

    /// <summary>Sum of the logical sizes of all index files.</summary>
    public long IndexDataBytes => _figures.IndexBytes;

    /// <summary>All unreferenced chunks, reclaimable and pending, by time since the last access.</summary>
    public GarbageAgeList Ages { get; }

    DatastoreContext IDatastoreItem.Store => _store;

    public override string ToString() => Datastore;

    /// <summary>
    /// Returns the time a number of seconds after an access. Times beyond the calendar become its last one.
    /// </summary>
    internal static DateTimeOffset Moment(long accessed, long later) =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(accessed, 0, BackupTime.MaxSeconds - later) + later);
}

/// <summary>The garbage in one range of age.</summary>
/// <param name="Age">Range of the time since the last access, as text: <c>1 to 7 days</c>.</param>
/// <param name="Bytes">Size in bytes, including bad chunks.</param>
/// <param name="Chunks">Number of chunks, without bad ones.</param>
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

/// <summary>Garbage by age, the youngest first. Its text is the ages on one line.</summary>
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
