using PbsModule.Core.Formats;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// The chunk of 4 MiB of zeros. PBS 3.3.7 and later writes it into every store and touches it before each garbage
/// collection, to test whether the file system keeps access times. No index needs to refer to it, and it is no garbage.
/// </summary>
internal static class ProbeChunk
{
    public static Digest Digest { get; } =
        Digest.Parse("bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8");
}
