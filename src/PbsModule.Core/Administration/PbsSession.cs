using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

/// <summary>
/// The operations that a caller can request. A session holds only its connection and its engine options; the objects it
/// returns refer to their store themselves. Sequences are lazy: problems are reported on the enumerating thread, inside
/// MoveNext, and ending the enumeration early stops all work behind it.
/// </summary>
public sealed partial class PbsSession
{
    private readonly EngineOptions _engine;
    private readonly Gate _gate;
    private readonly TaskFolder _taskFolder;

    public PbsSession(Connection connection)
        : this(connection, new EngineOptions())
    {
    }

    internal PbsSession(Connection connection, EngineOptions engine)
    {
        Connection = connection;
        _engine = engine;
        _gate = new Gate(engine.Folders);
        _taskFolder = engine.Tasks ?? connection.Tasks;
    }

    public Connection Connection { get; }

    /// <summary>
    /// Receives each manifest that is missing or damaged, with the reason, while files or archives of its snapshot are
    /// read. Reading then continues with the files' own data. If null, the default, reading is refused.
    /// </summary>
    internal Action<SnapshotPath, PbsException>? OnLostManifest { get; init; }

    /// <summary>
    /// Receives, on the calling thread, each snapshot that is read without all its locks, because this account, file
    /// system or machine cannot take them. May be null.
    /// </summary>
    internal Action<ListingProblem>? OnUnlocked { get; init; }

    private SnapshotPassage EnterSnapshot(Entry entry, DatastoreContext store, SnapshotPath snapshot) =>
        _gate.EnterSnapshot(entry, store, snapshot, _engine.Mutations, OnUnlocked);
}

/// <summary>Engine dependencies that tests and benchmarks can replace.</summary>
internal sealed record EngineOptions
{
    /// <summary>Reads folders.</summary>
    public FolderAccess Folders { get; init; } = FolderAccess.Default;

    /// <summary>The task lists, with their clock and processes; null for the connection's own.</summary>
    public TaskFolder? Tasks { get; init; }

    /// <summary>Makes all changes to disk.</summary>
    public IFileMutations Mutations { get; init; } = FileMutations.Default;

    /// <summary>Opens the chunk files below a chunk folder.</summary>
    public Func<string, SequentialFile> ChunkFiles { get; init; } = SequentialFile.In;

    /// <summary>
    /// Wraps the reader of an index that is too large to be read at once: takes its path and reader, and returns the
    /// reader to use.
    /// </summary>
    public Func<string, ReadAt, ReadAt> IndexReads { get; init; } = static (_, read) => read;

    /// <summary>Writes restored trees.</summary>
    public TargetAccess Targets { get; init; } = TargetAccess.Default;

    /// <summary>Number of threads that read snapshots in addition to the caller's.</summary>
    public int Helpers { get; init; } = Math.Min(Environment.ProcessorCount, 2) - 1;
}
