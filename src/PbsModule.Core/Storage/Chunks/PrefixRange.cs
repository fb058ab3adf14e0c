using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>Some of the 65,536 folders of a chunk store, and the digests whose chunks lie in them.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">Behind the last.</param>
internal readonly record struct PrefixRange(int Start, int End)
{
    public static PrefixRange All { get; } = new(0, ChunkFolderScan.FolderCount);

    /// <summary>One of several ranges that make up all.</summary>
    public static PrefixRange Part(int number, int count) =>
        new(
            (int)((long)number * ChunkFolderScan.FolderCount / count),
            (int)((number + 1L) * ChunkFolderScan.FolderCount / count));

    public bool Contains(in Digest digest) => (uint)(digest.Prefix - Start) < (uint)(End - Start);
}
