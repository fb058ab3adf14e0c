using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Tests;

/// <summary>
/// A manifest that names a file of another snapshot by a path: whoever may write a backup could read the backups of
/// others through it. Nothing that reads content follows such a name.
/// </summary>
public sealed class ManifestPathTests : IDisposable
{
    private const string Evil = "host/evil";

    private readonly StoreOnDisk _store = new();
    private readonly TemporaryFolder _folder = new();
    private readonly PbsEngine _engine = new(Connection.None);
    private readonly List<ListingProblem> _problems = [];
    private readonly SnapshotPath _snapshot = SnapshotPath.Parse($"{Evil}/{BackupTime.Format(ArchiveOnDisk.Time)}");

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Names =>
        ["../../x/{time}/root.pxar.didx", "{store}/host/x/{time}/root.pxar.didx", "..\\root.pxar.didx"];

    [Theory, MemberData(nameof(Names))]
    public void Is_not_followed_by_what_lists_an_archive(string name)
    {
        DatastoreContext store = Lay(name);
        var everything = new CatalogQuery { Depth = 9 };
        var refusal = Record.Exception(() => Assert.Empty(_engine.Archives.ListItems(
            store,
            _snapshot,
            everything,
            null,
            _problems.Add,
            CancellationToken.None))) as PbsException;
        AssertRefused(refusal);
    }

    [Theory, MemberData(nameof(Names))]
    public void Is_not_followed_by_what_searches_it(string name)
    {
        DatastoreContext store = Lay(name);
        using var search = new FileSearch(new FileQuery(), null);
        _engine.Catalogs.Search(search, store, _snapshot);
        Assert.DoesNotContain(search.Rest(_problems.Add), item => item.Path == "/secret");
    }

    [Theory, MemberData(nameof(Names))]
    public void Is_not_followed_by_what_saves_it(string name)
    {
        DatastoreContext store = Lay(name);
        string file = Manifest(name).FileName;
        var request = new ArchiveSaveRequest(CatalogPath.Literal("/secret"), _folder["out"]) { Archive = file };
        var listener = new ArchiveListener(static _ => { }, _problems.Add, static (_, _, _) => { });
        Assert.ThrowsAny<PbsException>(() => _engine.ArchiveItems.SaveItem(
            store,
            _snapshot,
            request,
            listener,
            CancellationToken.None));
        Assert.ThrowsAny<PbsException>(() => _engine.Content.Read(store, _snapshot, file, null));
        Assert.False(File.Exists(_folder["out"]));
    }

    [Theory, MemberData(nameof(Names))]
    public void Is_a_failure_of_its_snapshot_in_a_verification(string name)
    {
        VerifyResult result = _engine.Verify.Test(Lay(name), _snapshot, null, CancellationToken.None);
        Assert.Equal(VerifyResultState.Failed, result.State);
    }

    /// <summary>Servers of 4.2.5 refuse such a manifest; nothing takes the file for an archive, an image or a blob.</summary>
    [Theory]
    [InlineData("root.pxar", "pxar")]
    [InlineData("notes.txt", "txt")]
    [InlineData("plain", "")]
    public void A_name_without_an_ending_of_the_server_is_a_failure_of_its_snapshot(string name, string ending)
    {
        DatastoreContext store = Lay(name);
        File.WriteAllText(_store.PathOf($"{_snapshot}/{name}"), "content");
        VerifyResult result = _engine.Verify.Test(store, _snapshot, null, CancellationToken.None);
        Assert.Equal(VerifyResultState.Failed, result.State);
        Assert.Equal($"unknown archive type: \"{ending}\"", Assert.Single(result.Errors).Reason);
        Assert.ThrowsAny<PbsException>(() => _engine.Archives.ListItems(
            store,
            _snapshot,
            new CatalogQuery(),
            null,
            _problems.Add,
            CancellationToken.None).ToList());
    }

    [Theory, MemberData(nameof(Names))]
    public void Is_not_followed_by_a_comparison(string name)
    {
        DatastoreContext store = Lay(name);
        Assert.DoesNotContain(
            _engine.Comparison.Compare(
                store,
                ArchiveOnDisk.Snapshot,
                _snapshot,
                [],
                null,
                _problems.Add,
                CancellationToken.None),
            difference => difference.ToString()!.Contains("secret", StringComparison.Ordinal)
                && difference.Change.ToString() == "Added");
    }

    private DatastoreContext Lay(string name)
    {
        _store.AddArchive(ArchiveOnDisk.Write(writer => writer.Add(ArchiveOnDisk.File_("secret"), [1, 2, 3])));
        _store.AddGroup(Evil);
        Manifest evil = Core.Formats.Manifests.Manifest.Create(
            BackupType.Host,
            "evil",
            ArchiveOnDisk.Time,
            Manifest(name));
        string folder = Directory.CreateDirectory(_store.PathOf(_snapshot.ToString())).FullName;
        File.WriteAllBytes(
            Path.Combine(folder, Core.Formats.Manifests.Manifest.FileName),
            DataBlob.Encode(evil.ToText()));
        return _engine.Resolver.ResolvePath(_store.Path);
    }

    private ManifestFile Manifest(string name)
    {
        string time = BackupTime.Format(ArchiveOnDisk.Time);
        ChunkIndex index = IndexFile.Open(_store.PathOf($"host/x/{time}/root.pxar.didx"));
        string path = name.Replace("{time}", time, StringComparison.Ordinal).Replace(
            "{store}",
            _store.Path,
            StringComparison.Ordinal);
        return new ManifestFile(path, CryptMode.None, (ulong)index.LogicalSize, index.ComputeChecksum());
    }

    private void AssertRefused(PbsException? refusal)
    {
        PbsException? told =
            refusal ?? _problems.Select(problem => problem.Exception).OfType<PbsException>().FirstOrDefault();
        Assert.NotNull(told);
        Assert.Equal(PbsErrorId.PathInvalid, told.ErrorId);
    }
}
