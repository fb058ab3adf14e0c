using System.Text;
using PbsModule.Bench.Harness;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Bench.Scenarios;

/// <summary>Measures a pass over all entries of a large catalog, as in a file search.</summary>
internal sealed class CatalogScenario : IScenario
{
    private const int FilesPerFolder = 100;

    public string Name => "catalog";

    public string Summary => "walking a catalog of a million entries";

    public IEnumerable<Result> Run(BenchContext context)
    {
        int folders = context.Quick ? 1_000 : 10_000;
        var reader = new CatalogReader(new MemoryByteSource(Write(folders)));
        int entries = folders * (FilesPerFolder + 1);
        double seconds = context.Run(new Contender("walk", () => Walk(reader, entries))).Seconds(0);
        yield return Result.Figure("catalog: walk, entries/s", Units.Count(entries / seconds), entries / seconds / 1e6, Target.AtLeast(10, " M/s"));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Walk(reader, entries);
        double allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        yield return Result.Figure("catalog: allocated by the whole walk", Units.Bytes(allocated), allocated / 1024, Target.AtMost(4, " KiB"));
    }

    private static void Walk(CatalogReader reader, int expected)
    {
        CatalogWalk walk = reader.Walk(reader.Root);
        int count = 0;
        while (walk.MoveNext()) count++;
        if (count != expected) throw new InvalidDataException("not every entry was found");
    }

    private static byte[] Write(int folders)
    {
        using var output = new MemoryStream();
        var writer = new CatalogWriter(output);
        for (int folder = 0; folder < folders; folder++)
        {
            writer.StartDirectory(Encoding.UTF8.GetBytes($"folder-{folder:D6}"));
            for (int file = 0; file < FilesPerFolder; file++) writer.AddFile(Encoding.UTF8.GetBytes($"document-{file:D4}.txt"), (ulong)(file * 4096), 1_700_000_000 + file);
            writer.EndDirectory();
        }

        writer.Finish();
        return output.ToArray();
    }
}
