using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Collects the garbage of a store as PBS does: marks every chunk that any index refers to by touching it, then removes
/// what was not accessed for 24 h 5 min. The caller holds the store's exclusive lock. Whatever is doubtful ends it
/// before anything is removed.
/// </summary>
internal sealed class GarbageCollection(
    Datastore store,
    IFileMutations mutations,
    GarbageCollectionSettings settings,
    IGarbageReport report)
{
    private readonly string _chunkFolder = store.PathOf(Datastore.ChunkFolder);
    private PbsException? _distrusted;
    private PbsException? _notKept;

    /// <summary>Does all of it and writes <c>.gc-status</c>.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="cancellation">Ends it; what was removed by then was garbage.</param>
    /// <exception cref="PbsException">It cannot be done safely, or something failed.</exception>
    public GarbageCollectionFile Run(string? upid, CancellationToken cancellation)
    {
        FileIdentity folder = new ChunkFolderScan(store.Access, _chunkFolder).DemandFolders();
        var place = new ChunkFolderScan(store.Access, _chunkFolder) { Expected = folder };

        // The earlier of the two clocks, so that whatever is touched from now on counts as in use.
        long start = Math.Min(Now(), FileTime(again: false));
        CollectionTimes times = settings.Times(start).WithCutoff(settings.Cutoff);
        report.Log("Start GC phase1 (mark used chunks)");
        using var mark = new ChunkMark(_chunkFolder, mutations, settings.Memory, report, settings.Allocate)
        {
            DemandFolder = place.DemandSame,
        };
        var indexes = new IndexMark(store, mark, report, Distrust);
        Mark(indexes, start, cancellation);
        if (mark.IsStarved)
        {
            report.Warn(
                $"the system had memory for the digests of {mark.Count} chunks only: the others were touched for each "
                    + "reference, which takes longer");
        }

        if (_notKept is not null && !mark.IsComplete) throw _notKept;
        DemandClock(Math.Min(Now(), FileTime(again: true)), start);
        settings.BeforeSweep?.Invoke();

        report.Log("Start GC phase2 (sweep unused chunks)");
        var sweep = new ChunkSweep(store, place, mutations, times, mark, report);
        GarbageCollectionFile swept = sweep.Run(settings.Threads, cancellation);
        if (sweep.Untouched > 0)
        {
            report.Warn(
                $"{sweep.Untouched} chunks in use had an older access time than they were given: the clock must have "
                    + "been set back");
        }

        GarbageCollectionFile status = swept with
        {
            Upid = upid,
            IndexFileCount = indexes.Files,
            IndexDataBytes = indexes.Bytes,
        };
        status.TryWrite(store, mutations, report);
        Summarize(status);
        return status;
    }

    private void Mark(IndexMark indexes, long start, CancellationToken cancellation)
    {
        int percentage = 0;
        var marking = new IndexMarking(store, indexes, report)
        {
            MoveJournal = settings.MoveJournal,
            Pause = settings.Pause,
            OnRead = (done, all) =>
            {
                DemandClock(Now(), start);
                int now = (int)(done * 100L / all);
                if (now != percentage) report.Log($"marked {percentage = now}% ({done} of {all} index files)");
            },
        };
        IndexFileList? files = marking.Run(cancellation);
        if (_distrusted is not null) throw _distrusted;
        if (files is null) throw marking.Refusal();
        files.DemandIndexes(store, indexes.Files);
        if (settings.MoveJournal is { } journal) EmptyJournal(journal, indexes, cancellation);
    }

    private void EmptyJournal(string journal, IndexMark indexes, CancellationToken cancellation)
    {
        string? failure = MovedIndexes.Empty(
            journal,
            mutations,
            path => indexes.Mark(path, again: false, cancellation),
            settings.Time,
            cancellation);
        if (_distrusted is not null) throw _distrusted;
        if (failure is not null) report.Warn($"move journal {PathText.Quote(journal)} is not emptied: {failure}");
    }

    /// <summary>
    /// Marking goes on after an index that cannot be trusted, so that the log names all of them at once.
    /// </summary>
    private void Distrust(PbsException refusal)
    {
        report.Warn(refusal.Message);
        _distrusted ??= refusal;
    }

    /// <summary>Chunks that are touched while the clock is wrong look as if nobody had touched them.</summary>
    private void DemandClock(long now, long start)
    {
        // The second may have begun between the two clocks.
        if (now >= start - 1) return;
        throw new PbsConflictException(
            PbsErrorId.ClockSetBack,
            $"the clock was set back by {start - now} s while chunks were marked: their access times cannot be trusted",
            store.Path)
        {
            RecommendedAction = "Run it again once the clock is right.",
        };
    }

    /// <summary>
    /// Returns the file system's time, which the test of access times shows; our own where the test is not demanded and
    /// has failed.
    /// </summary>
    private long FileTime(bool again)
    {
        if (_notKept is not null) return Now();
        try
        {
            return AccessTimeTest.Run(store.Access, _chunkFolder, mutations, again);
        }
        catch (PbsException e) when (!settings.DemandsAccessTimes && e.ErrorId == PbsErrorId.AccessTimesNotKept)
        {
            _notKept = e;
            report.Warn($"{e.Message}; gc-atime-safety-check is off, so only remembered chunks tell what is in use");
            return Now();
        }
    }

    private long Now() => settings.Time.GetUtcNow().ToUnixTimeSeconds();

    private void Summarize(GarbageCollectionFile status)
    {
        report.Log($"Removed garbage: {ByteText.Format(status.RemovedBytes)}");
        report.Log($"Removed chunks: {status.RemovedChunks}");
        if (status.PendingBytes > 0)
        {
            report.Log($"Pending removals: {ByteText.Format(status.PendingBytes)} (in {status.PendingChunks} chunks)");
        }

        if (status.RemovedBad > 0) report.Log($"Removed bad chunks: {status.RemovedBad}");
        if (status.StillBad > 0) report.Log($"Leftover bad chunks: {status.StillBad}");
        report.Log($"Original data usage: {ByteText.Format(status.IndexDataBytes)}");
        if (status.IndexDataBytes > 0)
        {
            double percent = status.DiskBytes * 100.0 / status.IndexDataBytes;
            report.Log(
                Invariant($"On-Disk usage: {ByteText.Format(status.DiskBytes)} ({percent:0.00}%)"));
        }

        report.Log($"On-Disk chunks: {status.DiskChunks}");
        report.Log(Invariant($"Deduplication factor: {status.DeduplicationFactor:0.00}"));
        if (status.DiskChunks > 0)
        {
            report.Log($"Average chunk size: {ByteText.Format(status.DiskBytes / status.DiskChunks)}");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
