using System.Buffers;
using System.Text;
using PbsModule.Bench.Harness;
using PbsModule.Bench.Store;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Bench.Scenarios;

/// <summary>
/// Measures a large archive: listing it, saving one file, and restoring many small files and a large one.
/// </summary>
internal sealed class ArchiveScenario : IScenario
{
    private const int SmallSize = 1024;

    // Surrounding data: 4 GiB in the archive, little on the disk, because each file repeats one chunk.
    private const int Others = 32;
    private const int OtherSize = 128 << 20;
    private const int OtherPeriod = 4 << 20;

    private const string Group = "host/bench";
    private const long Time = 1_700_000_000;

    private static readonly PxarStat FileStat = new(0x81A4, 0, 0, 0, Time, 0);
    private static readonly PxarStat FolderStat = new(0x41ED, 0, 0, 0, Time, 0);

    public string Name => "archive";

    public string Summary => "listing, taking out and restoring files of an archive";

    public IEnumerable<Result> Run(BenchContext context)
    {
        int files = context.Quick ? 2_000 : 10_000, large = context.Quick ? 128 << 20 : 512 << 20;
        string store = context.CreateFolder("archive-store");
        SampleArchive sample = Write(store, files, large);
        foreach (Result result in Look(store, files, sample)) yield return result;
        foreach (Result result in Restore(context, store, files, large)) yield return result;
    }

    private static IEnumerable<Result> Look(string store, int files, SampleArchive sample)
    {
        using ArchiveReader listing = Open(store);
        PxarEntry many = listing.Pxar.Find(listing.Pxar.Root, "many"u8)!;
        int found = listing.Pxar.List(many).Count();
        if (found != files) throw new InvalidDataException("not every file was found");
        long beyond = listing.ChunksRead - sample.ChunksOfFolder;
        if (listing.Length < (long)Others * OtherSize) throw new InvalidDataException("the archive is smaller than it should be");
        yield return Result.Figure("archive: list a folder, chunks beyond its own", $"{Units.Count(beyond)} of {Units.Count(listing.ChunksRead)}", beyond, Target.AtMost(2));

        using ArchiveReader one = Open(store, forLookUp: true);
        PxarEntry file = one.Pxar.Find(one.Pxar.FindInRoot("many"u8)!, Encoding.ASCII.GetBytes($"small-{files / 2:D6}"))!;
        using var content = new PxarContentStream(one, file, null, CancellationToken.None);
        content.CopyTo(Stream.Null);
        yield return Result.Figure("archive: take one file out, chunks read", Units.Count(one.ChunksRead), one.ChunksRead, Target.AtMost(4));
    }

    private static IEnumerable<Result> Restore(BenchContext context, string store, int files, int large)
    {
        string place = context.CreateFolder("archive-restored");
        int run = 0;
        double resident = Math.Max(ResidentBytes(() => Expand(store, Path.Combine(place, "tree"), "/many")), ResidentBytes(() => Expand(store, Path.Combine(place, "big"), "/large")));
        yield return Result.Figure("archive: resident more while it restores", Units.Bytes(resident), resident / (1 << 20), Target.AtMost(150, " MiB"));
        string tree = Path.Combine(place, "tree", "many");
        Standing small = context.Run(
            new Contender("restore", () => InNew(place, ref run, folder => Expand(store, folder, "/many"))),
            new Contender("copy", () => InNew(place, ref run, folder => CopyTree(tree, folder))));
        yield return new Result("archive: restore small files, to a plain copy", $"{Units.Count(files / small.Seconds(0))}/s", $"{Units.Count(files / small.Seconds(1))}/s", small.RateRatio(0, 1), Target.AtLeast(0.5));

        Standing big = context.Run(
            new Contender("restore", () => InNew(place, ref run, folder => Expand(store, folder, "/large"))),
            new Contender("decode", () => InNew(place, ref run, folder => Decode(store, folder, large))));
        yield return new Result("archive: restore a large file, to decoding it", Units.Rate(large / big.Seconds(0)), Units.Rate(large / big.Seconds(1)), big.RateRatio(0, 1), Target.AtLeast(0.8));
    }

    private static void InNew(string place, ref int run, Action<string> work)
    {
        string folder = Path.Combine(place, $"run{run++}");
        work(folder);
        Directory.Delete(folder, recursive: true);
    }

    private static void Expand(string store, string folder, string path)
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        var request = new ExpandRequest(folder) { Paths = [CatalogPath.Literal(path)] };
        ArchiveRestoreInfo result = engine.Expansion.ExpandArchive(engine.Resolver.ResolvePath(store), Snapshot, request, new ArchiveListener(static _ => { }, static problem => throw problem.Exception!, static (_, _, _) => { }), CancellationToken.None);
        if (result.Failed > 0) throw new InvalidDataException("not everything was restored");
    }

    /// <summary>Returns the maximum of resident memory above its value at the start, in bytes.</summary>
    private static double ResidentBytes(Action work)
    {
        // Memory from writing the store is released first, because it would hide the memory measured here.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        long before = Environment.WorkingSet, most = before;
        using var sampler = new Timer(_ => most = Math.Max(most, Environment.WorkingSet), null, 0, 5);
        work();
        return most - before;
    }

    private static void CopyTree(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from)) File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    /// <summary>
    /// Decodes the chunks that hold the large file into a file with two workers, the limit of a restore.
    /// </summary>
    private static void Decode(string store, string folder, int length)
    {
        Directory.CreateDirectory(folder);
        PbsEngine engine = new PbsEngine(Connection.None);
        engine.Content.Save(engine.Resolver.ResolvePath(store), Snapshot, new SaveRequest("large.img.didx", folder) { Decode = true }, new SaveListener(static _ => { }, static (_, _) => { }), CancellationToken.None);
        if (new FileInfo(Path.Combine(folder, "large.img")).Length != length) throw new InvalidDataException("not everything was decoded");
    }

    private static SnapshotPath Snapshot => SnapshotPath.Parse($"{Group}/{BackupTime.Format(Time)}");

    private static ArchiveReader Open(string store, bool forLookUp = false)
    {
        Datastore datastore = Datastore.Open(store, store, FolderAccess.Default);
        using NamespaceFolder folder = NamespaceFolder.Open(datastore, BackupNamespace.Root);
        using GroupFolder group = new GroupWalk().Open(folder, Snapshot.Group);
        if (!SnapshotLookup.TryFind(new SnapshotTimes(), group, Time, out TimeFolder time)) throw new InvalidDataException("the snapshot is not there");
        using var content = new FolderContent(group, time);
        Manifest manifest = ManifestFileReader.Read(content);
        return new ArchiveReader(ArchiveFile.Open(content, manifest, ArchiveFile.FilesOf(manifest).Single(), null, withContent: true), null, forLookUp: forLookUp);
    }

    /// <summary>
    /// Writes a store with one archive: large files before and after a folder of small ones; and the largest of them as
    /// an image.
    /// </summary>
    private static SampleArchive Write(string store, int files, int large)
    {
        string folder = Path.Combine(store, "host", "bench", BackupTime.Format(Time));
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Path.Combine(store, ".chunks"));
        File.WriteAllBytes(Path.Combine(store, ".lock"), []);
        File.WriteAllText(Path.Combine(store, "host", "bench", "owner"), "root@pam\n");
        byte[] content = new byte[large];
        SampleData.Fill(content.AsSpan(0, Math.Min(large, 64 << 20)), 1);
        for (int at = 64 << 20; at < large; at += 64 << 20) SampleData.Fill(content.AsSpan(at, Math.Min(64 << 20, large - at)), at);
        (long start, long end) many = default;
        var archive = new ChunkedStream(store, folder, "root.pxar.didx");
        var writer = new PxarWriter(archive);
        writer.StartDirectory(Directory_(""));
        byte[] other = new byte[OtherSize];
        for (int i = 0; i < Others / 2; i++) writer.Add(File_($"a-{i:D2}"), Periodic(other, i));
        writer.Add(File_("large"), content);
        many.start = archive.Position;
        writer.StartDirectory(Directory_("many"));
        byte[] small = new byte[SmallSize];
        for (int i = 0; i < files; i++)
        {
            SampleData.Fill(small, i);
            writer.Add(File_($"small-{i:D6}"), small);
        }

        writer.EndDirectory();
        many.end = archive.Position;
        for (int i = Others / 2; i < Others; i++) writer.Add(File_($"z-{i:D2}"), Periodic(other, i));
        writer.EndDirectory();
        ManifestFile root = archive.Finish();
        var image = new ChunkedStream(store, folder, "large.img.didx");
        image.Write(content);
        File.WriteAllBytes(Path.Combine(folder, Manifest.FileName), DataBlob.Encode(Manifest.Create(BackupType.Host, "bench", Time, root, image.Finish()).ToText()));
        return new SampleArchive(ChunkedStream.ChunksBetween(many.start, many.end));
    }

    private static byte[] Periodic(byte[] buffer, int seed)
    {
        SampleData.Fill(buffer.AsSpan(0, OtherPeriod), 1_000_000 + seed);
        for (int at = OtherPeriod; at < buffer.Length; at += OtherPeriod) buffer.AsSpan(0, OtherPeriod).CopyTo(buffer.AsSpan(at));
        return buffer;
    }

    private static PxarEntry File_(string name) => new() { Name = Encoding.ASCII.GetBytes(name), Type = CatalogEntryType.File, Stat = FileStat };

    private static PxarEntry Directory_(string name) => new() { Name = Encoding.ASCII.GetBytes(name), Type = CatalogEntryType.Directory, Stat = FolderStat };

    private sealed record SampleArchive(int ChunksOfFolder);
}
