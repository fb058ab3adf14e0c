using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// The data behind an index, each chunk read when it is needed; the ones used last stay in memory. A helper reads ahead
/// where it is told that everything will be needed. For one thread.
/// </summary>
internal sealed class ChunkSource : IByteSource, IDisposable
{
    /// <summary>Bytes of chunks that stay, beyond the last <see cref="AlwaysKept"/>.</summary>
    private const long MostKept = 24 << 20;

    private const int AlwaysKept = 3;

    private readonly ChunkIndex _index;
    private readonly ChunkReader _chunks;
    private readonly CryptMode _cryptMode;
    private readonly Func<ChunkReader>? _helper;

    // The one used last comes first.
    private readonly List<HeldChunk> _kept = [];
    private long _keptBytes;
    private ChunkAhead? _ahead;
    private long _aheadTo;

    /// <param name="index">The index.</param>
    /// <param name="chunks">Reads; the caller keeps it.</param>
    /// <param name="cryptMode">How the index is protected.</param>
    /// <param name="helper">Makes another reader for reading ahead; null for none.</param>
    public ChunkSource(ChunkIndex index, ChunkReader chunks, CryptMode cryptMode, Func<ChunkReader>? helper = null)
    {
        _index = index;
        _chunks = chunks;
        _cryptMode = cryptMode;
        _helper = helper;
    }

    public long Length => _index.LogicalSize;

    /// <summary>
    /// Told of each chunk that cannot be had whenever it is asked for, whatever it was first read for.
    /// </summary>
    public Action<ChunkGap>? OnGap { get; set; }

    /// <summary>
    /// Chunks that were read, ahead of time or when they were needed; one that had to be read again counts again.
    /// </summary>
    public long ChunksRead { get; private set; }

    /// <summary>Everything up to here will be needed in order: chunks may be read before they are.</summary>
    /// <param name="end">Offset behind the last byte; 0 for no reading ahead.</param>
    public void ReadAheadTo(long end) => _aheadTo = _helper is null ? 0 : Math.Min(end, Length);

    /// <exception cref="PbsException">A chunk is missing, damaged or cannot be read.</exception>
    public void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            ReadOnlySpan<byte> data = Lend(offset, destination.Length, out ChunkGap? gap);
            if (gap is not null) throw gap.Check.Error!;
            data.CopyTo(destination);
            destination = destination[data.Length..];
            offset += data.Length;
        }
    }

    /// <summary>The data at an offset, as far as its chunk holds it.</summary>
    /// <param name="offset">Where to begin; less than <see cref="Length"/>.</param>
    /// <param name="most">The most bytes wanted.</param>
    /// <param name="gap">The chunk, where it cannot be had; then the data is empty.</param>
    /// <returns>Valid until the next call.</returns>
    /// <exception cref="PbsPermissionException">The chunk is there, and may not be read.</exception>
    public ReadOnlySpan<byte> Lend(long offset, long most, out ChunkGap? gap)
    {
        HeldChunk chunk = Holding(offset);
        gap = chunk.Gap;
        if (gap is not null)
        {
            Tell(gap);
            return default;
        }

        int at = (int)(offset - chunk.Offset);
        return chunk.Data.AsSpan(at, (int)Math.Min(most, chunk.Length - at));
    }

    /// <summary>The chunks that lie in a part of the data as a whole.</summary>
    public ChunkRun ChunksWithin(long start, long end)
    {
        int first = _index.FindChunk(start), last = _index.FindChunk(end - 1);
        if (_index.GetRange(first).Offset < start) first++;
        if (_index.GetRange(last).End > end) last--;
        return new ChunkRun(first, Math.Max(0, last - first + 1));
    }

    /// <summary>Where a chunk ends.</summary>
    public long EndOf(int number) => _index.GetRange(number).End;

    /// <summary>Nothing more is read ahead until the result is disposed of.</summary>
    public IDisposable PauseReadAhead() => new Pause(this);

    /// <summary>Copies chunks to where they belong, on several threads, and keeps none.</summary>
    /// <param name="run">The chunks.</param>
    /// <param name="start">Offset here of what is the sink's first byte.</param>
    /// <param name="sink">Where to.</param>
    /// <param name="onGap">Told of chunks that cannot be had, beside <see cref="OnGap"/>; null to fail at the
    /// first.</param>
    /// <param name="onProgress">Told how many bytes of the sink are done.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="PbsException">A chunk cannot be had, or the sink takes nothing.</exception>
    public void CopyChunks(
        ChunkRun run,
        long start,
        IPlacedSink sink,
        Action<ChunkGap>? onGap,
        Action<long> onProgress,
        CancellationToken cancellation)
    {
        var queue = new ChunkQueue(_index, run.First, run.First + run.Count);
        new PlacedDecode(queue, _cryptMode, sink, start, Miss)
        {
            OnProgress = onProgress,
        }.Run(_helper is null ? 1 : ArchiveDecoder.MostWorkers, _chunks, _helper, cancellation);
        ChunksRead += run.Count;

        void Miss(QueuedChunk chunk, ChunkCheck check)
        {
            var gap = new ChunkGap(chunk.Offset, chunk.Size, chunk.Digest, check);
            Tell(gap);
            if (onGap is null) throw check.Error!;
            onGap(gap);
        }
    }

    /// <summary>Reads everything, chunk by chunk, and keeps none.</summary>
    public void ReadAll(Span<byte> destination)
    {
        foreach (ChunkEntry entry in _index.Entries)
        {
            ChunksRead++;
            _chunks
                .Read(entry.Digest, entry.Size, _cryptMode)
                .CopyTo(destination.Slice((int)entry.Offset, (int)entry.Size));
        }
    }

    public void Dispose()
    {
        _ahead?.Dispose();
        foreach (HeldChunk chunk in _kept) chunk.Release();
        _kept.Clear();
    }

    private void Tell(ChunkGap gap)
    {
        // What we may not read is there: filling it with zeros would hide a mistake.
        if (gap.Check.Error is PbsPermissionException) throw gap.Check.Error;
        OnGap?.Invoke(gap);
    }

    private HeldChunk Holding(long offset)
    {
        for (int i = 0; i < _kept.Count; i++)
        {
            HeldChunk held = _kept[i];
            if (offset < held.Offset || offset >= held.End) continue;
            if (i > 0)
            {
                _kept.RemoveAt(i);
                _kept.Insert(0, held);
            }

            return held;
        }

        int number = _index.FindChunk(offset);
        HeldChunk chunk = _ahead?.TryTake(number, ReadMeanwhile) ?? Load(_chunks, number);
        ChunksRead++;
        Keep(chunk);
        if (chunk.End < _aheadTo) (_ahead ??= new ChunkAhead(_helper!, Load)).Want(NextMissing(number + 1));
        return chunk;
    }

    private HeldChunk Load(ChunkReader reader, int number)
    {
        ChunkRange range = _index.GetRange(number);
        Digest digest = _index.GetDigest(number);
        ChunkCheck check = reader.TryRead(digest, range.Size, _cryptMode, out ReadOnlySpan<byte> data);
        if (!check.IsGood)
        {
            return new HeldChunk(number, range, [], new ChunkGap(range.Offset, range.Size, digest, check));
        }

        byte[] copy = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(copy);
        return new HeldChunk(number, range, copy, null);
    }

    /// <summary>
    /// The helper is still at the chunk that is needed now: instead of waiting the one behind it is read.
    /// </summary>
    private void ReadMeanwhile(int busyWith)
    {
        int next = NextMissing(busyWith + 1);
        if (next >= _index.Count || _index.GetRange(next).Offset >= _aheadTo) return;
        ChunksRead++;
        Keep(Load(_chunks, next));
    }

    private int NextMissing(int number)
    {
        while (_kept.Exists(chunk => chunk.Number == number)) number++;
        return number < _index.Count && _index.GetRange(number).Offset < _aheadTo ? number : int.MaxValue;
    }

    private void Keep(HeldChunk chunk)
    {
        while (_kept.Count >= AlwaysKept && _keptBytes + chunk.Length > MostKept)
        {
            HeldChunk oldest = _kept[^1];
            _kept.RemoveAt(_kept.Count - 1);
            _keptBytes -= oldest.Length;
            oldest.Release();
        }

        _kept.Insert(0, chunk);
        _keptBytes += chunk.Length;
    }

    private sealed class Pause : IDisposable
    {
        private readonly ChunkSource _source;
        private readonly long _aheadTo;

        public Pause(ChunkSource source) => (_source, _aheadTo, source._aheadTo) = (source, source._aheadTo, 0);

        public void Dispose() => _source._aheadTo = _aheadTo;
    }
}

/// <summary>A chunk in memory, or why it is not.</summary>
internal sealed class HeldChunk(int number, ChunkRange range, byte[] data, ChunkGap? gap)
{
    public int Number => number;

    public long Offset => range.Offset;

    public long End => range.End;

    public long Length => gap is null ? range.Size : 0;

    public byte[] Data { get; private set; } = data;

    public ChunkGap? Gap => gap;

    /// <summary>Gives its memory back.</summary>
    public void Release()
    {
        if (Data.Length > 0) ArrayPool<byte>.Shared.Return(Data);
        Data = [];
    }
}
