using System.Globalization;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>Whatever only reads leaves the store as it was: names, content, modes, owners and all three times of every file and folder.</summary>
public sealed class ReadOnlyTests
{
    private static readonly Action<ListingProblem> Ignore = _ => { };

    public static TheoryData<string> Entries => [.. Reads.Keys];

    private static Dictionary<string, Action<PbsEngine, DatastoreContext>> Reads { get; } = new()
    {
        ["namespaces"] = (engine, store) => Assert.NotEmpty(engine.Namespaces.List(store, new NamespaceQuery { Recurse = true }, Ignore, CancellationToken.None)),
        ["groups"] = (engine, store) => Assert.NotEmpty(engine.Groups.List(store, new GroupQuery { Recurse = true, Force = true }, Ignore, CancellationToken.None)),
        ["snapshots"] = (engine, store) => Assert.NotEmpty(engine.Snapshots.List(store, new SnapshotQuery { Recurse = true, Force = true }, Ignore, CancellationToken.None)),
        ["files"] = (engine, store) => Assert.NotEmpty(engine.Files.List(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), CancellationToken.None)),
        ["notes"] = (engine, store) => Assert.NotEmpty(engine.Notes.GetSnapshotNote(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z")).Text),
        ["group notes"] = (engine, store) => Assert.NotEmpty(engine.Notes.GetGroupNote(store, BackupNamespace.Root, GroupPath.Parse("host/alpha")).Text),
        ["catalog"] = (engine, store) => Assert.NotEmpty(engine.Catalogs.ListItems(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z"), new CatalogQuery { Depth = 99 }, null, Ignore, CancellationToken.None)),
        ["content"] = (engine, store) => Assert.NotEmpty(engine.Content.Read(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), "fw.conf.blob", null)),
        ["save"] = (engine, store) => Save(engine, store, decode: false),
        ["save decoded"] = (engine, store) => Save(engine, store, decode: true),
        ["archives"] = (engine, store) => Assert.NotEmpty(engine.Archives.ListItems(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z"), new CatalogQuery { Depth = 99 }, null, Ignore, CancellationToken.None)),
        ["status"] = (engine, store) => Assert.NotNull(engine.Status.Get(store, Ignore, CancellationToken.None).Counts),
        ["datastore"] = (engine, store) => Assert.True(engine.Datastores.Get(store).IsAvailable),
        ["verify"] = (engine, store) => Assert.NotEmpty(Verification.Run(engine, store).Results),
        ["verify without states"] = (engine, store) => Assert.NotEmpty(Verification.Run(engine, store, new VerifyQuery { NoStateUpdate = true, ShowsProgress = true }).Results),
        ["test"] = (engine, store) => Assert.Equal(VerifyResultState.Ok, engine.Verify.Test(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), null, CancellationToken.None).State),
        ["plan"] = (engine, store) => Assert.NotEmpty(
            engine.Verify.Plan(store, new VerifyQuery(), problem => throw problem, CancellationToken.None)),
        ["find"] = (engine, store) => Assert.Single(engine.Finder.Find(Path.GetDirectoryName(store.Path)!, 2, Ignore, CancellationToken.None)),
    };

    [Theory]
    [MemberData(nameof(Entries))]
    public void Reading_changes_nothing(string entry)
    {
        using GoldenStore copy = GoldenStore.Copy();
        string[] names = [.. Everything(copy.Parent)];
        Dictionary<string, Digest> content = names.Where(File.Exists).ToDictionary(path => path, path => Digest.Of(File.ReadAllBytes(path)));

        // Access times of the day before yesterday: a read moves such a one also where the system moves them only once a day.
        DateTime past = DateTime.UtcNow.AddDays(-2);
        foreach (string path in names)
        {
            if (content.ContainsKey(path)) File.SetLastAccessTimeUtc(path, past);
            else Directory.SetLastAccessTimeUtc(path, past);
        }

        Dictionary<string, string> before = names.ToDictionary(path => path, State);
        foreach (FolderAccess folders in (FolderAccess[])[FolderAccess.Default, FolderAccess.Portable])
        {
            // .NET offers no way to leave access times alone.
            bool keepsAccessTimes = folders == FolderAccess.Default && LibC.HasDirectoryCalls;
            PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Folders = folders });
            Reads[entry](engine, engine.Resolver.ResolvePath(copy.Path));
            foreach (string path in names) Assert.Equal(Comparable(before[path], keepsAccessTimes), Comparable(State(path), keepsAccessTimes));
        }

        Assert.Equal(names, Everything(copy.Parent));
        Assert.All(content, file => Assert.Equal(file.Value, Digest.Of(File.ReadAllBytes(file.Key))));
    }

    private static void Save(PbsEngine engine, DatastoreContext store, bool decode)
    {
        using var folder = new TemporaryFolder();
        var request = new SaveRequest("drive-scsi0.img.fidx", folder.Root) { Decode = decode };
        Assert.True(engine.Content.Save(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), request, SnapshotFileSaveTests.Quiet, CancellationToken.None).Exists);
    }

    private static IEnumerable<string> Everything(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal);

    private static string Comparable(string state, bool withAccessTime) => withAccessTime ? state : state[(state.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string State(string path)
    {
        var info = new FileInfo(path);
        string access = info.LastAccessTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture);
        if (!OperatingSystem.IsLinux()) return $"{access} {info.LastWriteTimeUtc.Ticks} {info.Attributes}";
        FileStatus status = FileStatus.TryOf(path, out _)!.Value;
        return $"{access} {info.LastWriteTimeUtc.Ticks} {RawNames.ChangeTime(path)} {status}";
    }
}
