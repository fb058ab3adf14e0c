using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Removes the chunks that were not accessed since the cutoff, by PBS's rule. What is remembered to be in use stays
/// whatever its access time says: the clock may have been wrong when it was touched.
/// </summary>
/// <remarks>
/// Between the look at the access time and the removal are some microseconds in which a writer in another process may
/// touch that very chunk. PBS has a lock for this moment, but in memory, so it covers one process: two server processes
/// (the old and the new one after an upgrade) have the same gap. No system call removes a file only if it is unchanged.
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="scan">Goes through its chunks, and no others.</param>
/// <param name="mutations">The seam.</param>
/// <param name="times">The moments that count.</param>
/// <param name="mark">What is in use.</param>
/// <param name="report">Told of the progress.</param>
internal sealed class ChunkSweep(
    Datastore store,
    ChunkFolderScan scan,
    IFileMutations mutations,
    CollectionTimes times,
    ChunkMark mark,
    IGarbageReport report)
{
    private readonly CollectionTimes _times = times;
    private readonly ChunkMark _mark = mark;
    private readonly string _chunkFolder = store.PathOf(Datastore.ChunkFolder);
    private readonly SweepProgress _progress = new(report);
    private int _untouched;

    /// <summary>Chunks in use whose access time says otherwise.</summary>
    public int Untouched => _untouched;

    /// <param name="threads">Threads to work on; null for what suits the store.</param>
    /// <param name="cancellation">Ends it between two folders.</param>
    /// <returns>What was counted, without what marking counts.</returns>
    /// <exception cref="PbsException">A folder cannot be read, or a chunk not be removed.</exception>
    public GarbageCollectionFile Run(int? threads, CancellationToken cancellation)
    {
        var visitors = new Visitor[threads ?? scan.ChooseThreads()];
        Array.Fill(visitors, new Visitor(this));
        scan.Run(visitors, cancellation);
        var counts = new GarbageCollectionFile();
        foreach (Visitor visitor in visitors) counts = visitor.AddTo(counts);
        return counts;
    }

    /// <returns>False if it has just vanished.</returns>
    private bool Remove(in ChunkFile file)
    {
        string path = Path.Combine(_chunkFolder, file.RelativePath);
        try
        {
            mutations.Unlink(file.Folder, path);
            return true;
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            return false;
        }
        catch (OsErrorException e)
        {
            throw e.As(
                PbsErrorId.ChunkUnremovable,
                $"unlinking chunk {PathText.Quote(path)} failed on store '{store.Name}'",
                path);
        }
    }

    /// <summary>One thread's part.</summary>
    private struct Visitor(ChunkSweep sweep) : IChunkVisitor
    {
        private int _files;
        private long _diskBytes, _diskChunks, _removedBytes, _removedChunks;
        private long _pendingBytes, _pendingChunks, _removedBad, _stillBad;

        public void Visit(in ChunkFile file)
        {
            _files++;
            long size = file.Status.Size;
            bool isBad = file.IsBad;
            if (file.Status.AccessTime >= sweep._times.OldestWriter || IsUntouched(file))
            {
                _diskBytes += size;
                if (!isBad) _diskChunks++;
            }
            else if (file.Status.AccessTime >= sweep._times.Cutoff)
            {
                _pendingBytes += size;
                if (isBad) _stillBad++;
                else _pendingChunks++;
            }
            else if (sweep.Remove(file))
            {
                _removedBytes += size;
                if (isBad) _removedBad++;
                else _removedChunks++;
            }
        }

        public void Leave(int prefix)
        {
            sweep._progress.Leave(prefix, _files);
            _files = 0;
        }

        public readonly void Unreadable(string path, int error) => throw ChunkFolderScan.Failure(path, error);

        public readonly GarbageCollectionFile AddTo(GarbageCollectionFile counts) => counts with
        {
            DiskBytes = counts.DiskBytes + _diskBytes,
            DiskChunks = counts.DiskChunks + _diskChunks,
            RemovedBytes = counts.RemovedBytes + _removedBytes,
            RemovedChunks = counts.RemovedChunks + _removedChunks,
            PendingBytes = counts.PendingBytes + _pendingBytes,
            PendingChunks = counts.PendingChunks + _pendingChunks,
            RemovedBad = counts.RemovedBad + _removedBad,
            StillBad = counts.StillBad + _stillBad,
        };

        private readonly bool IsUntouched(in ChunkFile file)
        {
            if (!file.IsInPlace) return false;
            if (file.Digest == ProbeChunk.Digest) return true;
            if (!sweep._mark.Contains(file.Digest)) return false;
            Interlocked.Increment(ref sweep._untouched);
            return true;
        }
    }
}
