using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Datastores;

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

    /// <summary>
    /// Replaces the content of each snapshot that is read, after the gate has granted it; gets and returns the
    /// content that holds the snapshot's lock. Verification does not ask this.
    /// </summary>
    public Func<ISnapshotContent, ISnapshotContent> Contents { get; init; } = static content => content;

    /// <summary>Tells on which device a folder lies; null where the system does not show it.</summary>
    public Func<RemovableDevice?> Devices { get; init; } = RemovableDevice.OfSystem;

    /// <summary>Writes restored trees.</summary>
    public TargetAccess Targets { get; init; } = TargetAccess.Default;

    /// <summary>Number of threads that read snapshots in addition to the caller's.</summary>
    public int Helpers { get; init; } = Math.Min(Environment.ProcessorCount, 2) - 1;
}
