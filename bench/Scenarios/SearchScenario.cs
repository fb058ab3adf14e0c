using System.Text;
using PbsModule.Bench.Harness;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures Find-PbsFile over very many snapshots with different catalogs: each is opened, checked against its
/// manifest, read from its chunks and searched.
/// </summary>
internal sealed class SearchScenario : IScenario
{
    private const int FilesPerFolder = 100;
    private const int Folders = 100;
    private const int SnapshotsPerGroup = 50;

    public string Name => "search";

    public string Summary => "finding files in the catalogs of a thousand snapshots, 10,000 entries each";

    public IEnumerable<Result> Run(BenchContext context)
    {
        int catalogs = context.Quick ? 100 : 1_000;
        string store = context.CreateFolder("search");
        Write(store, catalogs);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreContext place = engine.Resolver.ResolvePath(store);
        SnapshotPath[] snapshots = [.. Enumerable.Range(0, catalogs).Select(PathOf)];
        long entries = Search(engine, place, snapshots);
        double seconds = context.Run(new Contender("search", () => Search(engine, place, snapshots))).Seconds(0);
        context.Discard(store);
        yield return Result.Figure($"search: {Units.Count(catalogs)} catalogs, entries/s", Units.Count(entries / seconds), entries / seconds / 1e6, Target.AtLeast(5, " M/s"));
    }

    private static long Search(PbsEngine engine, DatastoreContext store, SnapshotPath[] snapshots)
    {
        var query = new FileQuery { Names = [new WildcardName("*-77.conf", ignoreCase: true)] };
        using var search = new FileSearch(query);
        int found = 0;
        foreach (SnapshotPath snapshot in snapshots)
        {
            engine.Catalogs.Search(search, store, snapshot);
            found += search.Ready(static problem => throw problem.Exception!).Count();
        }

        found += search.Rest(static problem => throw problem.Exception!).Count();
        if (found != snapshots.Length) throw new InvalidDataException($"{found} files were found instead of {snapshots.Length}");
        return search.Entries;
    }

    private static SnapshotPath PathOf(int number) =>
        new(BackupNamespace.Root, new GroupPath(BackupType.Host, $"host-{number / SnapshotsPerGroup}"), 1_700_000_000 + (number % SnapshotsPerGroup * 86_400L));

    private static void Write(string store, int catalogs)
    {
        string chunks = Directory.CreateDirectory(Path.Combine(store, ".chunks")).FullName;
        using var zstd = new ZstdEncoder();
        for (int number = 0; number < catalogs; number++)
        {
            byte[] catalog = Catalog(number);
            Digest digest = Digest.Of(catalog);
            string name = digest.ToString();
            Directory.CreateDirectory(Path.Combine(chunks, name[..4]));
            File.WriteAllBytes(Path.Combine(chunks, name[..4], name), DataBlob.Encode(catalog, zstd));
            WriteSnapshot(store, PathOf(number), catalog.Length, digest, zstd);
        }
    }

    private static void WriteSnapshot(string store, SnapshotPath path, int length, Digest digest, ZstdEncoder zstd)
    {
        string folder = Directory.CreateDirectory(Path.Combine(store, path.ToString())).FullName;
        File.WriteAllText(Path.Combine(folder, "..", "owner"), "root@pam\n");
        Digest checksum;
        using (FileStream file = File.Create(Path.Combine(folder, "catalog.pcat1.didx")))
        using (var index = new DynamicIndexWriter(file, Guid.NewGuid(), path.Time))
        {
            index.Add(length, digest);
            checksum = index.Finish();
        }

        Manifest manifest = Manifest.Create(BackupType.Host, path.Group.Id, path.Time,
            new ManifestFile("root.pxar.didx", CryptMode.None, 1, default), new ManifestFile("catalog.pcat1.didx", CryptMode.None, (ulong)length, checksum));
        File.WriteAllBytes(Path.Combine(folder, Manifest.FileName), DataBlob.Encode(manifest.ToText(), zstd));
    }

    /// <summary>Makes a catalog of 10,000 entries in folders of a hundred, of which one is searched for.</summary>
    private static byte[] Catalog(int number)
    {
        using var output = new MemoryStream();
        var writer = new CatalogWriter(output);
        writer.StartDirectory("root.pxar.didx"u8);
        for (int folder = 0; folder < Folders; folder++)
        {
            writer.StartDirectory(Encoding.UTF8.GetBytes($"folder-{number}-{folder:D3}"));
            for (int file = 0; file < FilesPerFolder; file++)
            {
                string ending = folder == 3 && file == 77 ? "conf" : "txt";
                writer.AddFile(Encoding.UTF8.GetBytes($"document-{file}.{ending}"), (ulong)(file * 4096), 1_700_000_000 + number + file);
            }

            writer.EndDirectory();
        }

        writer.EndDirectory();
        writer.Finish();
        return output.ToArray();
    }
}
