using System.Buffers;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Looks at the files of snapshots, one after the other: blobs as a whole; indexes as files, and then their chunks that
/// no index before in this run has named are handed to the workers, in the order in which they lie on the disk. For one
/// thread. Source: PBS src/backup/verify.rs.
/// </summary>
internal sealed class FileScan : IDisposable
{
    // Sorting begins with few chunks, so that workers have something to do soon.
    private const int FirstWindow = 512;
    private const int LargestWindow = 16 << 10;

    // Entries that are looked up one by one where two indexes differ: nothing to speak of where they differ in one, and
    // seldom enough to compare in vain where everything behind an insertion has moved.
    private const int BetweenComparisons = 8;
    // References of one index that say something else of their chunks than other indexes do. An honest one has none; a
    // crafted one must
    // not have the same chunk read over and over.
    private const int MostOthers = 1000;

    private readonly ChunkWorkers _workers;
    private readonly SharedState _state;
    private readonly ChunkSample? _sample;
    private readonly ChunkFolderOrder? _order;
    private readonly ChunkClaims _claims = new();
    private readonly IndexWalk _index = new();
    private readonly BlobCheck _blobs = new();
    private PendingChunk[] _window = [];
    private int _windowSize;
    private int _count;
    private int _others;

    // The mode of the index that was read as a whole before; null where that one contradicted others. Entries of the
    // next one that are the
    // same in the same mode need not be looked up.
    private uint? _modeBefore;

    /// <param name="workers">Check the chunks.</param>
    /// <param name="state">Bad chunks of the run, and whether it is to end.</param>
    /// <param name="sample">Which chunks are looked at; null for all.</param>
    /// <param name="order">Sorts the chunks; null to take them as they come.</param>
    public FileScan(
        ChunkWorkers workers,
        SharedState state,
        ChunkSample? sample,
        ChunkFolderOrder? order)
    {
        _workers = workers;
        _state = state;
        _sample = sample;
        _order = order;
    }

    /// <summary>Whether the workers have chunks for a while. Safe on any thread.</summary>
    public bool IsSupplied => _workers.IsSupplied;

    /// <summary>Looks at one file; the workers may not be done with it when this returns.</summary>
    public void Run(FileCheck file)
    {
        if (_state.IsHalted)
        {
            file.Drop();
            return;
        }

        file.Start();
        string name = file.File.FileName;
        if (!SnapshotFileName.IsValid(name)) file.Close($"invalid file name '{name}'");
        else if (IndexFile.TryKindOf(name, out IndexKind kind)) CheckIndex(kind, file);
        else if (name.EndsWith(".blob", StringComparison.Ordinal)) _blobs.Run(file);
        else file.Close($"unknown archive type: \"{Path.GetExtension(name).TrimStart('.')}\"");
    }

    public void Dispose()
    {
        _claims.Dispose();
        _blobs.Dispose();
        if (_window.Length > 0) ArrayPool<PendingChunk>.Shared.Return(_window);
        _window = [];
    }

    private void CheckIndex(IndexKind kind, FileCheck file)
    {
        string? failure = null;
        _others = 0;
        try
        {
            (Digest checksum, long size) = _index.Open(file, kind);
            failure = (ulong)size != file.File.Size ? $"wrong size ({file.File.Size} != {size})"
                : checksum != file.File.Checksum ? "wrong index checksum"
                : null;
            if (failure is null) Collect(file, size);
        }
        catch (PbsException e)
        {
            Exhaustion.ThrowIf(e);
            failure = (e as PbsFormatException)?.Reason ?? e.Message;
        }

        // What was collected before a fault counts as met by every index behind this one. So it is checked, whatever
        // this one is worth.
        HandOver(file);
        if (_others > MostOthers) failure ??= "the index contradicts others in the lengths or modes of its chunks";
        file.Close(failure);
    }

    private void Collect(FileCheck file, long size)
    {
        file.Accept(size, hasChunks: true);
        var marked = new MarkedChunks(_state.Findings.Version);
        file.Marked = marked;
        _windowSize = FirstWindow;
        bool isPartial = false;
        uint mode = ChunkClaims.ModeOf(file);
        bool isWhole = _index.IsWhole, isComparable = _sample is null && marked.Version == 0 && _modeBefore == mode;
        _index.Run((entries, before) =>
        {
            isPartial |= _state.IsHalted;
            if (!isPartial) Collect(file, marked, entries, isComparable ? before : default);
        });
        if (isWhole) _modeBefore = _others == 0 && !isPartial ? mode : null;
        if (!isPartial) return;
        file.Expect(1);
        file.Drop();
    }

    /// <summary>Takes what is new out of entries.</summary>
    /// <param name="file">Their index.</param>
    /// <param name="marked">Receives references to chunks that are bad.</param>
    /// <param name="entries">All of them, or a piece.</param>
    /// <param name="known">Entries that were all gone through, and of which nothing is to be told.</param>
    private void Collect(FileCheck file, MarkedChunks marked, ChunkEntries entries, ChunkEntries known)
    {
        uint mode = ChunkClaims.ModeOf(file);
        for (int i = 0; i < entries.Count;)
        {
            i += entries.CountSame(known, i);
            for (int end = Math.Min(entries.Count, i + BetweenComparisons); i < end; i++)
            {
                Collect(file, marked, entries[i], mode);
            }
        }
    }

    private void Collect(FileCheck file, MarkedChunks marked, in ChunkEntry entry, uint mode)
    {
        if (_sample is not null)
        {
            bool isSampled = _sample.Includes(entry.Digest);
            file.Sample(isSampled, entry.Size);
            if (!isSampled) return;
        }

        ClaimKind claim = _claims.Add(entry.Digest, entry.Size, mode);
        if (claim == ClaimKind.New) Collect(file, entry, claim);
        else if (claim != ClaimKind.Same && ++_others <= MostOthers) Collect(file, entry, claim);
        if (claim == ClaimKind.New || marked.Version == 0) return;
        if (_state.Findings.Find(entry.Digest, file) is { } bad) marked.Add(entry.Digest, entry.Size, bad);
    }

    private void Collect(FileCheck file, in ChunkEntry entry, ClaimKind claim)
    {
        if (_window.Length == 0) _window = ArrayPool<PendingChunk>.Shared.Rent(FirstWindow);
        else if (_count == _window.Length) Grow();
        _window[_count++] = new PendingChunk(entry.Digest, entry.Size, claim);
        if (_count < _windowSize) return;
        HandOver(file);
        _windowSize = Math.Min(LargestWindow, _windowSize * 2);
    }

    private void Grow()
    {
        PendingChunk[] larger = ArrayPool<PendingChunk>.Shared.Rent(_window.Length * 2);
        _window.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<PendingChunk>.Shared.Return(_window);
        _window = larger;
    }

    private void HandOver(FileCheck file)
    {
        if (_count == 0) return;
        if (_count > 1) _order?.Sort(_window.AsSpan(0, _count));
        _workers.Add(new ChunkBatch(file, _window, _count));
        _window = [];
        _count = 0;
    }
}
