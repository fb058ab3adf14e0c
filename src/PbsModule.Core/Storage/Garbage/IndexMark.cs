using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Reads indexes to their end, marks their chunks, and remembers which indexes these were: by device and inode, and by
/// the uuid and checksum in their header, since a new file may get the inode of a removed one. A path identifies
/// nothing: another file may have it by now, and have had it before.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="chunks">Marks the chunks.</param>
/// <param name="report">Told of warnings.</param>
/// <param name="onRefusal">Told why garbage must not be collected; what it throws ends the marking.</param>
internal sealed class IndexMark(
    Datastore store,
    ChunkMark chunks,
    IGarbageReport report,
    Action<PbsException> onRefusal)
{
    private const string ReadAdvice = "Verify the datastore, then remove the snapshot or put back its index. "
        + "As long as an index cannot be read, nobody knows which chunks it needs.";

    private readonly HashSet<IndexIdentity> _marked = [];

    /// <summary>Indexes that were read.</summary>
    public long Files { get; private set; }

    /// <summary>Bytes of the images and archives they describe.</summary>
    public long Bytes { get; private set; }

    /// <summary>Marks the index that a path leads to now.</summary>
    /// <param name="path">Full path.</param>
    /// <param name="again">Read and count it also if it is marked already.</param>
    /// <param name="cancellation">Looked at between two pieces of the index.</param>
    /// <returns>Which file is marked now; null if there is none at the path, or it left while it was read.</returns>
    /// <exception cref="PbsFormatException"><c>can't read index '…' - …</c></exception>
    /// <exception cref="PbsException">The index cannot be read, or a chunk not be touched.</exception>
    public FileIdentity? Mark(string path, bool again, CancellationToken cancellation)
    {
        try
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: true);
            var identity = new IndexIdentity(pass.Identity, pass.Header.Uuid, pass.Header.Checksum);
            if (!again && _marked.Contains(identity)) return identity.File;
            chunks.Mark(pass, path, cancellation);
            if (!IsTrusted(pass, path)) return null;
            _marked.Add(identity);
            Files++;
            Bytes += pass.LogicalSize;
            return identity.File;
        }
        catch (PbsNotFoundException)
        {
            return null;
        }
        catch (PbsFormatException e)
        {
            throw new PbsFormatException(e.ErrorId, $"can't read index '{path}' - {e.Reason}", -1, path, e)
            {
                RecommendedAction = ReadAdvice,
            };
        }
        catch (PbsException e) when (e.InnerException is OsErrorException cause && cause.Path == path)
        {
            throw cause.As(e.ErrorId, $"can't open index '{path}'", path);
        }
    }

    /// <summary>
    /// Whether an index holds what was written into it. PBS never looks at the checksum in its header, so the manifest
    /// has the last word where it differs.
    /// </summary>
    /// <returns>False if nothing can be said, because the index is no longer where it was.</returns>
    private bool IsTrusted(IndexPass pass, string path)
    {
        if (pass.Checksum == pass.Header.Checksum) return true;
        switch (IndexChecksum.Compare(store, pass, path, out PbsException? refusal))
        {
            case IndexVerdict.Moved:
                return false;
            case IndexVerdict.Agrees:
                report.Warn(
                    $"warning: the header of index {PathText.Quote(path)} has another checksum than its entries; they "
                        + "are those of its manifest");
                return true;
            default:
                onRefusal(refusal!);
                return true;
        }
    }

    /// <summary>
    /// An index, whatever it is called. On a platform that has no inodes a copy of an index counts as the same one.
    /// </summary>
    private readonly record struct IndexIdentity(FileIdentity File, Guid Uuid, Digest Checksum);
}
