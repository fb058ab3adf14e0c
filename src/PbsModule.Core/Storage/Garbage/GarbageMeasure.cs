using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Finds out what a garbage collection would remove, and changes nothing, not even an access time. Where memory does
/// not hold all digests, the store is looked at in parts, each of which takes a pass over all indexes.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="settings">As the collection would have them.</param>
/// <param name="report">Told of the progress, on the calling thread.</param>
internal sealed class GarbageMeasure(Datastore store, GarbageCollectionSettings settings, IGarbageReport report)
{
    // Nothing is lost by a figure that a busy store makes a little wrong.
    private const int Walks = 4;

    private readonly string _chunkFolder = store.PathOf(Datastore.ChunkFolder);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private FileIdentity? _folder;

    /// <exception cref="PbsException">It could not be collected safely either: see
    /// <see cref="GarbageCollection"/>.</exception>
    public GarbageFigures Run(CancellationToken cancellation)
    {
        _folder = new ChunkFolderScan(store.Access, _chunkFolder).DemandFolders();
        CollectionTimes times =
            settings.Times(settings.Time.GetUtcNow().ToUnixTimeSeconds()).WithCutoff(settings.Cutoff);
        for (int parts = 1; ; parts *= 2)
        {
            if (TryMeasure(times, parts, cancellation) is { } figures) return figures;
        }
    }

    /// <summary>Null if a part is still too large for the memory.</summary>
    private GarbageFigures? TryMeasure(CollectionTimes times, int parts, CancellationToken cancellation)
    {
        var total = new GarbageFigures();
        for (int part = 0; part < parts; part++)
        {
            // When every folder is a part of its own there is no way to make them smaller.
            long memory = parts >= ChunkFolderScan.FolderCount ? long.MaxValue : settings.Memory;
            using var mark = new ChunkMark(_chunkFolder, null, memory, report)
            {
                Range = PrefixRange.Part(part, parts),
            };
            (total.IndexFiles, total.IndexBytes) = Mark(mark, cancellation);
            if (!mark.IsComplete) return null;
            Scan(mark, times, total, cancellation);
        }

        return total;
    }

    private (long Files, long Bytes) Mark(ChunkMark mark, CancellationToken cancellation)
    {
        // Each problem once, however many passes it takes.
        Action<PbsException> onRefusal = problem =>
        {
            if (_told.Add(problem.Message)) report.Refuse(problem);
        };
        var indexes = new IndexMark(store, mark, report, onRefusal);
        var marking = new IndexMarking(store, indexes, report) { Walks = Walks, Pause = settings.Pause };
        IndexFileList? files = marking.Run(cancellation);
        if (files is null) onRefusal(marking.Refusal());
        else files.DemandIndexes(store, indexes.Files);
        return (indexes.Files, indexes.Bytes);
    }

    private void Scan(ChunkMark mark, CollectionTimes times, GarbageFigures total, CancellationToken cancellation)
    {
        report.Progress("looking at all chunks", 0, 0);
        var scan = new ChunkFolderScan(store.Access, _chunkFolder) { Expected = _folder };
        Visitor[] visitors =
            [.. Enumerable.Range(0, settings.Threads ?? scan.ChooseThreads()).Select(_ => new Visitor(mark, times))];
        scan.Run(visitors, mark.Range, cancellation);
        long inUse = total.InUseChunks;
        foreach (Visitor visitor in visitors)
        {
            total.Add(visitor.Figures);
            foreach (BadChunk bad in visitor.Bad) Add(bad, mark, times, total);
        }

        total.MissingChunks += mark.Count - (total.InUseChunks - inUse);
    }

    /// <summary>What was set aside stays for as long as an index wants the chunk and there is no good one.</summary>
    private void Add(BadChunk bad, ChunkMark mark, CollectionTimes times, GarbageFigures total)
    {
        total.BadChunks++;
        if (mark.Contains(bad.Digest) && !Exists(bad.Digest)) total.InUseBytes += bad.Status.Size;
        else total.AddGarbage(bad.Status.Size, bad.Status.AccessTime, isBad: true, times);
    }

    private bool Exists(in Digest digest)
    {
        if (store.Access.Open(
            Path.Combine(_chunkFolder, ChunkFolderScan.NameOf(digest.Prefix)),
            out Folder? folder) != 0)
        {
            return false;
        }

        using (folder) return folder!.KindOf(Encoding.ASCII.GetBytes(digest.ToString()), out _) == 0;
    }

    private readonly record struct BadChunk(Digest Digest, EntryStatus Status);

    /// <summary>One thread's part.</summary>
    private struct Visitor(ChunkMark mark, CollectionTimes times) : IChunkVisitor
    {
        public GarbageFigures Figures { get; } = new();

        public List<BadChunk> Bad { get; } = [];

        public readonly void Visit(in ChunkFile file)
        {
            if (file.IsBad)
            {
                Bad.Add(new BadChunk(file.Digest, file.Status));
            }
            else if (file.IsInPlace && mark.Contains(file.Digest))
            {
                Figures.InUseChunks++;
                Figures.InUseBytes += file.Status.Size;
            }
            else if (!file.IsInPlace || file.Digest != ProbeChunk.Digest)
            {
                Figures.AddGarbage(file.Status.Size, file.Status.AccessTime, isBad: false, times);
            }
        }

        public readonly void Leave(int prefix)
        {
        }

        public readonly void Unreadable(string path, int error) => throw ChunkFolderScan.Failure(path, error);
    }
}
