using System.Globalization;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Collects the garbage of a store as PBS does: marks every chunk that any index refers to by touching it, then removes what was not accessed
/// for 24 h 5 min. The caller holds the store's exclusive lock. Whatever is doubtful ends it before anything is removed.
/// </summary>
internal sealed class GarbageCollection(Datastore store, IFileMutations mutations, GarbageCollectionSettings settings, IGarbageReport report)
{
    private readonly string _chunkFolder = store.PathOf(Datastore.ChunkFolder);

    /// <summary>Does all of it and writes <c>.gc-status</c>.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="cancellation">Ends it; what was removed by then was garbage.</param>
    /// <exception cref="PbsException">It cannot be done safely, or something failed.</exception>
    public GarbageCollectionFile Run(string? upid, CancellationToken cancellation)
    {
        long fileTime = AccessTimeTest.Run(store.Access, _chunkFolder, mutations);

        // The earlier of the two clocks, so that whatever is touched from now on counts as in use.
        long start = Math.Min(Now(), fileTime);
        CollectionTimes times = settings.Times(start).WithCutoff(settings.Cutoff);
        report.Log("Start GC phase1 (mark used chunks)");
        IndexFileList files = new IndexFileWalk(store, report.Log).Run(cancellation);
        using var mark = new ChunkMark(_chunkFolder, mutations, settings.Memory, report, settings.Allocate);
        GarbageCollectionFile marked = Mark(files, mark, start, cancellation);
        marked = MarkMoved(files, mark, marked, cancellation);
        if (mark.IsStarved) report.Warn($"the system had memory for the digests of {mark.Count} chunks only: the others were touched for each reference, which takes longer");
        files.DemandIndexes(store, marked.IndexFileCount);
        DemandClock(Math.Min(Now(), AccessTimeTest.Run(store.Access, _chunkFolder, mutations, again: true)), start);
        settings.BeforeSweep?.Invoke();

        report.Log("Start GC phase2 (sweep unused chunks)");
        var sweep = new ChunkSweep(store, mutations, times, mark, report);
        GarbageCollectionFile swept = sweep.Run(settings.Threads, cancellation);
        if (sweep.Untouched > 0) report.Warn($"{sweep.Untouched} chunks in use had an older access time than they were given: the clock must have been set back");
        GarbageCollectionFile status = swept with { Upid = upid, IndexFileCount = marked.IndexFileCount, IndexDataBytes = marked.IndexDataBytes };
        status.TryWrite(store, mutations, report);
        Summarize(status);
        return status;
    }

    private GarbageCollectionFile Mark(IndexFileList files, ChunkMark mark, long start, CancellationToken cancellation)
    {
        long count = 0, bytes = 0, strange = 0, percentage = 0;
        for (int i = 0; i < files.Count; i++)
        {
            string path = files.PathOf(i);
            DemandClock(Now(), start);
            if (mark.Mark(path, cancellation) is { } size)
            {
                count++;
                bytes += size;
                if (files.IsStrange(i)) strange++;
            }
            else
            {
                report.Log($"ignoring vanished file: {PathText.Quote(path)}");
            }

            long done = (i + 1) * 100L / files.Count;
            if (done != percentage) report.Log($"marked {percentage = done}% ({i + 1} of {files.Count} index files)");
            report.Progress($"marking: {i + 1} of {files.Count} index files", i + 1, files.Count);
        }

        if (strange > 0) report.Log($"found (and marked) {strange} index files outside of expected directory scheme");
        return new GarbageCollectionFile { IndexFileCount = count, IndexDataBytes = bytes };
    }

    /// <summary>
    /// Who renames a folder while the walk goes on, from where it has not been to where it has, hides the indexes in it. So they are
    /// looked for once more, and where a server says that it has moved them.
    /// </summary>
    private GarbageCollectionFile MarkMoved(IndexFileList files, ChunkMark mark, GarbageCollectionFile marked, CancellationToken cancellation)
    {
        IndexFileList now = new IndexFileWalk(store, report.Log).Run(cancellation);
        IEnumerable<string> moved = now.Except(files);
        if (settings.MoveJournal is { } journal) moved = moved.Concat(MovedIndexes.Read(journal, path => files.Contains(path) || now.Contains(path)));
        long count = 0, bytes = 0;
        foreach (string path in moved)
        {
            if (mark.Mark(path, cancellation) is not { } size) continue;
            count++;
            bytes += size;
        }

        if (count > 0) report.Log($"found (and marked) {count} index files that were moved meanwhile");
        return marked with { IndexFileCount = marked.IndexFileCount + count, IndexDataBytes = marked.IndexDataBytes + bytes };
    }

    /// <summary>Chunks that are touched while the clock is wrong look as if nobody had touched them.</summary>
    private void DemandClock(long now, long start)
    {
        // The second may have begun between the two clocks.
        if (now >= start - 1) return;
        throw new PbsConflictException(PbsErrorId.ClockSetBack, $"the clock was set back by {start - now} s while chunks were marked: their access times cannot be trusted", store.Path)
        {
            RecommendedAction = "Run it again once the clock is right.",
        };
    }

    private long Now() => settings.Time.GetUtcNow().ToUnixTimeSeconds();

    private void Summarize(GarbageCollectionFile status)
    {
        report.Log($"Removed garbage: {ByteText.Format(status.RemovedBytes)}");
        report.Log($"Removed chunks: {status.RemovedChunks}");
        if (status.PendingBytes > 0) report.Log($"Pending removals: {ByteText.Format(status.PendingBytes)} (in {status.PendingChunks} chunks)");
        if (status.RemovedBad > 0) report.Log($"Removed bad chunks: {status.RemovedBad}");
        if (status.StillBad > 0) report.Log($"Leftover bad chunks: {status.StillBad}");
        report.Log($"Original data usage: {ByteText.Format(status.IndexDataBytes)}");
        if (status.IndexDataBytes > 0) report.Log(Invariant($"On-Disk usage: {ByteText.Format(status.DiskBytes)} ({status.DiskBytes * 100.0 / status.IndexDataBytes:0.00}%)"));
        report.Log($"On-Disk chunks: {status.DiskChunks}");
        report.Log(Invariant($"Deduplication factor: {status.DeduplicationFactor:0.00}"));
        if (status.DiskChunks > 0) report.Log($"Average chunk size: {ByteText.Format(status.DiskBytes / status.DiskChunks)}");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
