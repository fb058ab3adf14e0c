using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Raw;

/// <summary>
/// The stored bytes of one snapshot, wherever it lies: its files by name, the manifest among them, and its chunks by
/// digest. Whatever decodes, lists, searches, compares or verifies a snapshot is written on this and knows of no
/// folder. May be used by any number of threads at once. Disposing of it ends the reading of the snapshot, and releases
/// its shared lock where this holds it. Failures are given as <see cref="OsErrorException"/>: its number says what kind
/// of failure it is (ENOENT: there is no such file or chunk; EACCES: it may not be read), and its message why.
/// </summary>
internal interface ISnapshotContent : IDisposable
{
    /// <summary>Which snapshot it is.</summary>
    SnapshotPath Snapshot { get; }

    /// <summary>
    /// Names the chunks: contents that have it in common find the same chunk under a digest, and what
    /// <see cref="OpenChunks"/> of one returns serves the others, even after that one is disposed of.
    /// </summary>
    string ChunkStore { get; }

    /// <summary>The name of a file of the snapshot in messages and as the target of errors.</summary>
    string PathOf(string fileName);

    /// <summary>The names of its files, in no order.</summary>
    /// <exception cref="OsErrorException">They cannot be listed.</exception>
    IReadOnlyList<string> FileNames();

    /// <summary>Replaces a buffer's content by a file as a whole.</summary>
    /// <param name="fileName">One name.</param>
    /// <param name="content">Receives the bytes.</param>
    /// <param name="limit">The most bytes accepted; more is EFBIG.</param>
    /// <param name="once">
    /// Whether the fastest way to read it will do, which on a few file systems may give less than the file: for content
    /// that proves itself to be whole, and is read again where it does not.
    /// </param>
    /// <returns>The failure, or null.</returns>
    /// <exception cref="PbsArgumentException">The name is not one name, but a path.</exception>
    OsErrorException? ReadFile(string fileName, FileContent content, int limit, bool once = false);

    /// <summary>Opens a file, to read parts of it.</summary>
    /// <exception cref="OsErrorException">It is not there, or cannot be opened.</exception>
    /// <exception cref="PbsArgumentException">The name is not one name, but a path.</exception>
    IRawFile OpenFile(string fileName);

    /// <summary>Opens the chunks, for one thread.</summary>
    /// <exception cref="PbsException">They cannot be reached.</exception>
    IRawChunks OpenChunks();
}
