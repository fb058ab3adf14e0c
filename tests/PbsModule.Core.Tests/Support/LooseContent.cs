using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Tests;

/// <summary>Files that are in no snapshot, named by their full paths, and the chunks of a folder.</summary>
internal sealed class LooseContent(string chunkFolder) : ISnapshotContent
{
    public SnapshotPath Snapshot => throw new NotSupportedException();

    public string ChunkStore => chunkFolder;

    public string PathOf(string fileName) => fileName;

    public IReadOnlyList<string> FileNames() => [];

    public OsErrorException? ReadFile(string fileName, FileContent content, int limit, bool once = false) =>
        throw new NotSupportedException();

    public IRawFile OpenFile(string fileName) => ReadOnlyFile.Open(fileName);

    public IRawChunks OpenChunks() => new FolderChunks(chunkFolder, SequentialFile.In);

    public void Dispose()
    {
    }
}
