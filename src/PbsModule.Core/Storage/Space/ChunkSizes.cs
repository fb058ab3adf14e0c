using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Space;

/// <summary>
/// Reads the sizes of a store's chunks, each folder once, into a table of bounded size: from some folder on as many
/// folders as fit. What cannot be read is reported.
/// </summary>
internal sealed class ChunkSizes(FolderAccess folders, string path, int threads)
{
    /// <summary>Folders between two looks at the memory.</summary>
    private const int Slice = 4096;

    private const int BatchSize = 1024;

    private readonly List<(string Path, int Error)> _unreadable = [];
    private readonly Lock _gate = new();

    /// <summary>Bytes of chunks that verify has set aside.</summary>
    public long BadSize { get; private set; }

    public long BadCount { get; private set; }

    /// <summary>Fills the table with the chunks of the folders from one on.</summary>
    /// <param name="chunks">An empty table.</param>
    /// <param name="from">The first folder.</param>
    /// <param name="mostChunks">When so many are in the table, no further slice of folders is begun.</param>
    /// <param name="onProblem">Told of folders that cannot be read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The folder behind the last one that was read.</returns>
    public int Fill(
        DigestMap<ChunkTally> chunks,
        int from,
        long mostChunks,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        var scan = new ChunkFolderScan(folders, path);
        int until = from;
        while (until < ChunkFolderScan.FolderCount && (until == from || chunks.Count < mostChunks))
        {
            int count = Math.Min(Slice, ChunkFolderScan.FolderCount - until);
            var visitors = new Visitor[threads];
            for (int i = 0; i < threads; i++) visitors[i] = new Visitor(this, chunks);
            scan.Run(visitors, new PrefixRange(until, until + count), cancellation);
            foreach (Visitor visitor in visitors) visitor.Flush();
            until += count;
        }

        foreach ((string folder, int error) in _unreadable)
        {
            if (error == OsError.ELOOP) onProblem(WalkProblem.Link(folder, "chunk"));
            else if (WalkProblem.Unreadable(error, folder) is { } problem) onProblem(problem);
        }

        _unreadable.Clear();
        return until;
    }

    /// <summary>Gathers what one thread sees, and hands it over in batches.</summary>
    private readonly struct Visitor(ChunkSizes owner, DigestMap<ChunkTally> chunks) : IChunkVisitor
    {
        private readonly List<(Digest Digest, long Size)> _batch = new(BatchSize);

        public void Visit(in ChunkFile file)
        {
            if (file.IsBad)
            {
                lock (owner._gate)
                {
                    owner.BadSize += file.Status.Size;
                    owner.BadCount++;
                }
            }
            else if (file.IsInPlace)
            {
                _batch.Add((file.Digest, file.Status.Size));
                if (_batch.Count == BatchSize) Flush();
            }
        }

        public void Leave(int prefix)
        {
        }

        public void Unreadable(string path, int error)
        {
            lock (owner._gate) owner._unreadable.Add((path, error));
        }

        public void Flush()
        {
            lock (owner._gate)
            {
                foreach ((Digest digest, long size) in _batch) chunks.ValueOf(digest, out _).Size = size;
            }

            _batch.Clear();
        }
    }
}
