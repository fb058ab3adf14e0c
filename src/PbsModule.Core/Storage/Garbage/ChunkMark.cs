using System.Runtime.CompilerServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// The chunks that the indexes of a store refer to, each touched once. PBS touches a chunk for every reference, which
/// takes a hundred times as long where snapshots share their chunks.
/// </summary>
/// <param name="chunkFolder">Full path of <c>.chunks</c>.</param>
/// <param name="mutations">The seam; null to touch nothing and only remember.</param>
/// <param name="memory">Bytes to remember digests in. When they are used up, or the system has less, chunks are touched
/// again.</param>
/// <param name="report">Told of chunks that are missing.</param>
/// <param name="allocate">Gives that memory, all zeros; null for the system's.</param>
internal sealed class ChunkMark(
    string chunkFolder,
    IFileMutations? mutations,
    long memory,
    IGarbageReport report,
    Func<nuint, nint>? allocate = null) : IDisposable
{
    private const int BadCopies = 10;

    // Digests of chunks that are missing take a part of the memory: of three million at the default.
    private const int MissingShare = 8;

    private readonly DigestSet _marked = new(memory, allocate);

    // Which file was last told to miss them.
    private readonly DigestMap<int> _missing = new(memory / MissingShare, allocate);
    private int _files;

    /// <summary>The only digests that are looked at.</summary>
    public PrefixRange Range { get; init; } = PrefixRange.All;

    /// <summary>
    /// Called before a chunk is taken to be missing; throws where the folder of chunks itself is not there, since then
    /// nothing is known of the chunk.
    /// </summary>
    public Action? DemandFolder { get; init; }

    /// <summary>Different digests that are remembered.</summary>
    public long Count => _marked.Count;

    /// <summary>Touches of chunks that were there.</summary>
    public long Touches { get; private set; }

    /// <summary>Whether every digest is remembered; else <see cref="Contains"/> knows only some of them.</summary>
    public bool IsComplete => _marked.IsComplete;

    /// <inheritdoc cref="DigestSet.IsStarved"/>
    public bool IsStarved => _marked.IsStarved;

    /// <summary>
    /// Whether a chunk is remembered to be in use. Safe on any number of threads once the marking is done.
    /// </summary>
    public bool Contains(in Digest digest) => _marked.Contains(digest);

    /// <summary>Marks what an index refers to, from where it was read to up to its end.</summary>
    /// <param name="pass">The index.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="cancellation">Looked at between two pieces of the index.</param>
    /// <exception cref="PbsException">The index cannot be read, or a chunk not be touched.</exception>
    public void Mark(IndexPass pass, string path, CancellationToken cancellation)
    {
        _files++;
        while (pass.Read(out ChunkEntries entries))
        {
            cancellation.ThrowIfCancellationRequested();
            Mark(entries, path);
        }
    }

    public void Dispose()
    {
        _marked.Dispose();
        _missing.Dispose();
    }

    private void Mark(ChunkEntries entries, string path)
    {
        bool isPart = Range != PrefixRange.All;
        foreach (ChunkEntry entry in entries)
        {
            if (isPart && !Range.Contains(entry.Digest)) continue;
            if (_marked.Add(entry.Digest))
            {
                if (mutations is not null && !Touch(entry.Digest)) Miss(entry.Digest, path);
            }
            else if (_missing.Count > 0 && _missing.Contains(entry.Digest))
            {
                Miss(entry.Digest, path);
            }
        }
    }

    /// <returns>False if there is no such chunk.</returns>
    private bool Touch(in Digest digest)
    {
        string path = PathOf(digest);
        if (!TryTouch(path) && !IsBack(path)) return false;
        Touches++;
        return true;
    }

    /// <summary>
    /// Whether a chunk that was not there is there now that the folder of chunks is known to be: it may have been
    /// unmounted and mounted again between the two.
    /// </summary>
    private bool IsBack(string path)
    {
        if (DemandFolder is null) return false;
        DemandFolder();
        return TryTouch(path);
    }

    /// <summary>
    /// Says once for each file that a chunk is missing. What verify has set aside of it stays for as long as it is
    /// wanted.
    /// </summary>
    private void Miss(in Digest digest, string path)
    {
        ref int last = ref _missing.ValueOf(digest, out bool isNew);
        if (!Unsafe.IsNullRef(ref last))
        {
            if (last == _files) return;
            last = _files;
        }

        report.Warn($"warning: unable to access non-existent chunk {digest}, required by {PathText.Quote(path)}");
        if (!isNew) return;
        string chunk = PathOf(digest);
        for (int copy = 0; copy < BadCopies; copy++) TryTouch($"{chunk}.{copy}.bad");
    }

    private string PathOf(in Digest digest)
    {
        char slash = Path.DirectorySeparatorChar;
        return $"{chunkFolder}{slash}{ChunkFolderScan.NameOf(digest.Prefix)}{slash}{digest}";
    }

    private bool TryTouch(string path)
    {
        try
        {
            mutations!.TouchAccessTime(path);
            return true;
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            return false;
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.ChunkUntouchable, $"update atime failed for chunk/file {PathText.Quote(path)}", path);
        }
    }
}
