using System.Globalization;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Whatever only reads leaves the store as it was: names, content, modes, owners and all three times of every file and folder.</summary>
public sealed class ReadOnlyTests
{
    private static readonly Action<ListingProblem> Ignore = _ => { };

    public static TheoryData<string> Entries => [.. Reads.Keys];

    private static Dictionary<string, Action<PbsSession, DatastoreContext>> Reads { get; } = new()
    {
        ["namespaces"] = (session, store) => Assert.NotEmpty(session.GetNamespaces(store, new NamespaceQuery { Recurse = true }, Ignore, CancellationToken.None)),
        ["groups"] = (session, store) => Assert.NotEmpty(session.GetGroups(store, new GroupQuery { Recurse = true, Force = true }, Ignore, CancellationToken.None)),
        ["snapshots"] = (session, store) => Assert.NotEmpty(session.GetSnapshots(store, new SnapshotQuery { Recurse = true, Force = true }, Ignore, CancellationToken.None)),
        ["files"] = (session, store) => Assert.NotEmpty(session.GetSnapshotFiles(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), CancellationToken.None)),
        ["notes"] = (session, store) => Assert.NotEmpty(session.GetSnapshotNote(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z")).Text),
        ["group notes"] = (session, store) => Assert.NotEmpty(session.GetGroupNote(store, BackupNamespace.Root, GroupPath.Parse("host/alpha")).Text),
        ["catalog"] = (session, store) => Assert.NotEmpty(session.GetCatalogItems(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z"), new CatalogQuery { Depth = 99 }, null, Ignore, CancellationToken.None)),
        ["content"] = (session, store) => Assert.NotEmpty(session.GetSnapshotFileContent(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), "fw.conf.blob", null)),
        ["save"] = (session, store) => Save(session, store, decode: false),
        ["save decoded"] = (session, store) => Save(session, store, decode: true),
        ["archives"] = (session, store) => Assert.NotEmpty(session.GetArchiveItems(store, SnapshotPath.Parse("host/alpha/2024-06-01T12:00:00Z"), new CatalogQuery { Depth = 99 }, null, Ignore, CancellationToken.None)),
        ["status"] = (session, store) => Assert.NotNull(session.GetDatastoreStatus(store, Ignore, CancellationToken.None).Counts),
        ["datastore"] = (session, store) => Assert.True(session.GetDatastore(store).IsAvailable),
        ["verify"] = (session, store) => Assert.NotEmpty(Verification.Run(session, store).Results),
        ["verify without states"] = (session, store) => Assert.NotEmpty(Verification.Run(session, store, new VerifyQuery { NoStateUpdate = true, ShowsProgress = true }).Results),
        ["test"] = (session, store) => Assert.Equal(VerifyResultState.Ok, session.TestSnapshot(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), null, CancellationToken.None).State),
        ["plan"] = (session, store) => Assert.NotEmpty(
            session.PlanVerify(store, new VerifyQuery(), problem => throw problem, CancellationToken.None)),
        ["find"] = (session, store) => Assert.Single(session.FindDatastores(Path.GetDirectoryName(store.Path)!, 2, Ignore, CancellationToken.None)),
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
            var session = new PbsSession(Connection.None, new EngineOptions { Folders = folders });
            Reads[entry](session, session.ResolvePath(copy.Path));
            foreach (string path in names) Assert.Equal(Comparable(before[path], keepsAccessTimes), Comparable(State(path), keepsAccessTimes));
        }

        Assert.Equal(names, Everything(copy.Parent));
        Assert.All(content, file => Assert.Equal(file.Value, Digest.Of(File.ReadAllBytes(file.Key))));
    }

    private static void Save(PbsSession session, DatastoreContext store, bool decode)
    {
        using var folder = new TemporaryFolder();
        var request = new SaveRequest("drive-scsi0.img.fidx", folder.Root) { Decode = decode };
        Assert.True(session.SaveSnapshotFile(store, SnapshotPath.Parse("vm/100/2024-05-12T00:00:02Z"), request, SnapshotFileSaveTests.Quiet, CancellationToken.None).Exists);
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
