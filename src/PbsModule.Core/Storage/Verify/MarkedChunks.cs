using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// The references of an index to chunks that are known to be bad: found by another index of the same run, or by this
/// one and met again. PBS counts and logs each.
/// </summary>
internal sealed class MarkedChunks(int version)
{
    private const int MostFindings = 1000;

    private List<FileFinding>? _findings;

    /// <summary>
    /// <see cref="ChunkFindings.Version"/> when the look through the index began: what became known later is not in
    /// here.
    /// </summary>
    public int Version { get; } = version;

    public int Count { get; private set; }

    /// <summary>Bytes of data behind them.</summary>
    public long Bytes { get; private set; }

    /// <summary>The first so many in words.</summary>
    public IReadOnlyList<FileFinding> Findings => _findings ?? [];

    /// <summary>
    /// The references again, where bad chunks have become known since the look through the index. The first reference
    /// to a chunk that this index was the one to find is no mark.
    /// </summary>
    /// <param name="file">The index, whose checksum was right.</param>
    /// <param name="findings">The bad chunks.</param>
    /// <exception cref="PbsException">The index cannot be read any more, or is another one now.</exception>
    public static MarkedChunks Recount(FileCheck file, ChunkFindings findings)
    {
        var marked = new MarkedChunks(findings.Version);
        var own = new HashSet<Digest>();
        using IndexPass pass = IndexFile.Pass(file.Content, file.File.FileName, checksum: true);
        while (pass.Read(out ChunkEntries entries))
        {
            foreach (ChunkEntry entry in entries)
            {
                if (findings.Find(entry.Digest, file) is not { } bad
                    || (bad.Finder == file && own.Add(entry.Digest))) continue;
                marked.Add(entry.Digest, entry.Size, bad);
            }
        }

        if ((pass.Checksum ?? Digest.Of([])) != file.File.Checksum) throw IndexFile.Changed(file.Path);
        return marked;
    }

    public void Add(in Digest digest, long size, BadChunk bad)
    {
        Count++;
        Bytes += size;
        _findings ??= [];
        if (_findings.Count < MostFindings)
        {
            _findings.Add(new FileFinding(digest, bad.Fault, bad.Reason, $"chunk {digest} was marked as corrupt"));
        }
    }
}
