using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a caller can ask for. A session holds nothing but its connection and how to go about things; the objects it
/// returns lead back to their store by themselves. Sequences are lazy: problems are reported on the thread that
/// enumerates, inside of MoveNext, and ending the enumeration early stops all work behind it.
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
    /// Told of each manifest that is lost or damaged, and why, while files or archives of its snapshot are read; that
    /// goes on without it then, by what the files say of themselves. Null, as always unless asked for: it is refused.
    /// </summary>
    internal Action<SnapshotPath, PbsException>? OnLostManifest { get; init; }

    /// <summary>
    /// Told, on the calling thread, of each snapshot that is read without its whole lock, because this account, file
    /// system or machine does not allow to take it. Null: nobody is told.
    /// </summary>
    internal Action<ListingProblem>? OnUnlocked { get; init; }

    private SnapshotPassage EnterSnapshot(Entry entry, DatastoreContext store, SnapshotPath snapshot) =>
        _gate.EnterSnapshot(entry, store, snapshot, _engine.Mutations, OnUnlocked);
}

/// <summary>How the engine works; what tests and measurements choose otherwise.</summary>
internal sealed record EngineOptions
{
    /// <summary>How folders are read.</summary>
    public FolderAccess Folders { get; init; } = FolderAccess.Default;

    /// <summary>The task lists, with their clock and processes; null for the connection's own.</summary>
    public TaskFolder? Tasks { get; init; }

    /// <summary>How anything is changed.</summary>
    public IFileMutations Mutations { get; init; } = FileMutations.Default;

    /// <summary>How chunks are read: the files below the chunk folder.</summary>
    public Func<string, SequentialFile> ChunkFiles { get; init; } = SequentialFile.In;

    /// <summary>
    /// How an index is read that is too large to be read as a whole: its path and its reader to the reader to use.
    /// </summary>
    public Func<string, ReadAt, ReadAt> IndexReads { get; init; } = static (_, read) => read;

    /// <summary>How trees are restored.</summary>
    public TargetAccess Targets { get; init; } = TargetAccess.Default;

    /// <summary>Threads that read snapshots beside the caller's.</summary>
    public int Helpers { get; init; } = Math.Min(Environment.ProcessorCount, 2) - 1;
}
