using System.Text;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>The content of a snapshot in the folder of a datastore.</summary>
/// <param name="group">The snapshot's group; this holds it until it is disposed of.</param>
/// <param name="time">The snapshot's folder.</param>
/// <param name="held">The shared lock of the snapshot, released with this; null where none is needed.</param>
/// <param name="folder">The snapshot's folder, open; null to open it when it is needed.</param>
internal sealed class FolderContent(GroupFolder group, TimeFolder time, IDisposable? held = null, Folder? folder = null)
    : ISnapshotContent
{
    private const int LongestName = 256;

    private readonly GroupFolder _group = group.Hold();
    private readonly Lock _lock = new();
    private Folder? _folder = folder;
    private bool _isDisposed;

    public SnapshotPath Snapshot { get; } = new(group.Namespace, group.Path, time.Time);

    public string ChunkStore => _group.Store.PathOf(Datastore.ChunkFolder);

    /// <summary>Opens the files of chunks below their folder.</summary>
    public Func<string, SequentialFile> ChunkFiles { get; init; } = SequentialFile.In;

    /// <summary>Takes the path and the reader of a file, and returns the reader to use; null to use its own.</summary>
    public Func<string, ReadAt, ReadAt>? Reads { get; init; }

    // Not Path.Combine: a name that is an absolute path would replace the folder.
    public string PathOf(string fileName) =>
        $"{new SnapshotPlace(_group, time).Path}{Path.DirectorySeparatorChar}{fileName}";

    public IReadOnlyList<string> FileNames()
    {
        string path = new SnapshotPlace(_group, time).Path;
        try
        {
            return [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file))];
        }
        catch (Exception e) when (OsError.TryFrom(e, out int error))
        {
            throw new OsErrorException(error, path);
        }
    }

    public OsErrorException? ReadFile(string fileName, FileContent content, int limit, bool once = false)
    {
        SnapshotFileName.Demand(fileName);
        Span<byte> name = stackalloc byte[LongestName];
        if (!Encoding.UTF8.TryGetBytes(fileName, name, out int length)) name = Encoding.UTF8.GetBytes(fileName);
        else name = name[..length];
        int error = OpenFolder(out Folder? opened);
        if (error == 0) error = opened!.ReadFile(name, content, limit, once);
        return error == 0 ? null : new OsErrorException(error, PathOf(fileName));
    }

    public IRawFile OpenFile(string fileName)
    {
        SnapshotFileName.Demand(fileName);
        string path = PathOf(fileName);
        ReadOnlyFile file = ReadOnlyFile.Open(path);
        return Reads is null ? file : new ReplacedReads(file, path, Reads);
    }

    public IRawChunks OpenChunks() => new FolderChunks(ChunkStore, ChunkFiles, () => _group.Store.IsS3Cache);

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            held?.Dispose();
            _folder?.Dispose();
            _group.Dispose();
        }
    }

    private int OpenFolder(out Folder? opened)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
            int error = _folder is null ? _group.Folder.OpenFolder(name[..time.WriteName(name)], ref _folder) : 0;
            opened = _folder;
            return error;
        }
    }
}
