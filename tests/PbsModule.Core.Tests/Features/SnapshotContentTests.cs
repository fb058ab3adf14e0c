using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Tests;

/// <summary>
/// Whatever reads a snapshot does so through its content alone: from memory, with every file and chunk of the store
/// deleted, it gives the same results, problems and errors as from the folder, word for word.
/// </summary>
public sealed class SnapshotContentTests : IDisposable
{
    private static readonly CatalogQuery Everything = new() { Depth = int.MaxValue };

    private readonly CryptKey _key = new(CryptKeyTests.Bare);
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _told = [];
    private MemoryStore? _memory;

    public static TheoryData<string> Stores => new("ds1", "ds1-corrupt");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void Archives_are_listed_from_memory_as_from_a_folder(string name) =>
        Same(name, 500, (engine, store, snapshot) =>
        {
            List<ArchiveItemInfo> files = [];
            TellAll(engine.Archives.ListItems(store, snapshot, Everything, _key, Tell, Cancellation).Select(item =>
            {
                if (item.Type == CatalogEntryType.File) files.Add(item);
                return item;
            }));
            foreach (ArchiveItemInfo file in files)
            {
                CatalogPath path = CatalogPath.Literal(file.Path);
                Try(() => Tell(engine.ArchiveItems.Find(store, snapshot, file.Archive, path, _key)!));
                Try(() =>
                {
                    using Stream content =
                        engine.ArchiveItems.Open(store, snapshot, file.Archive, path, _key, Cancellation);
                    Tell($"{file.Path} {Convert.ToHexStringLower(SHA256.HashData(content))}");
                });
            }
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public void Archives_are_restored_from_memory_as_from_a_folder(string name) =>
        Same(name, 200, (engine, store, snapshot) =>
        {
            foreach (string file in Stored.Where(file => file.EndsWith(".pxar.didx", StringComparison.Ordinal)))
            {
                string target = Path.Combine(_folder.Root, "target");
                var request = new ExpandRequest(target) { Archive = file, Key = _key, AllowMissingChunk = true };
                var listener = new ArchiveListener(Tell, Tell, static (_, _, _) => { });
                Try(() => Tell(engine.Expansion.ExpandArchive(store, snapshot, request, listener, Cancellation)));
                if (!Directory.Exists(target)) continue;
                foreach ((string entry, FileState state) in TreeOnDisk.Read(target))
                {
                    Tell($"{entry} {state.Mode:x} {state.ModificationTime} {state.Hash} {state.Target} {state.Device}");
                }

                TreeOnDisk.Delete(target);
            }
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public void Files_are_decoded_from_memory_as_from_a_folder(string name) =>
        Same(name, 100, (engine, store, snapshot) =>
        {
            string target = Path.Combine(_folder.Root, "saved");
            var listener = new SaveListener(Tell, static (_, _) => { });
            foreach (string file in Stored.Append("none.img"))
            {
                foreach (SaveRequest request in (SaveRequest[])[
                    new SaveRequest(file, target),
                    new SaveRequest(file, target) { Decode = true },
                    new SaveRequest(file, target) { Decode = true, Key = _key, AllowMissingChunk = true }])
                {
                    Try(() => engine.Content.Save(store, snapshot, request, listener, Cancellation));
                    if (!File.Exists(target)) continue;
                    Tell($"{file} {Hash(target)}");
                    File.Delete(target);
                }
            }
        });

    [Theory]
    [MemberData(nameof(Stores))]
    public void Catalogs_are_listed_and_compared_from_memory_as_from_a_folder(string name)
    {
        SnapshotPath? before = null;
        Same(name, 300, (engine, store, snapshot) =>
        {
            TellAll(engine.Catalogs.ListItems(store, snapshot, Everything, _key, Tell, Cancellation));
            if (before is { } reference && reference.Group.Equals(snapshot.Group))
            {
                TellAll(engine.Comparison.Compare(store, reference, snapshot, [], _key, Tell, Cancellation));
            }

            before = snapshot;
        }, () => before = null);
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_search_finds_in_memory_what_it_finds_in_folders(string name)
    {
        FileSearch? search = null;
        Same(
            name,
            100,
            (engine, store, snapshot) =>
            {
                search ??= new FileSearch(new FileQuery(), _key, Cancellation) { OnUnsearched = Tell };
                Try(() =>
                {
                    if (engine.Catalogs.Search(search, store, snapshot) is { } unsearched) Tell(unsearched);
                });
            },
            () =>
            {
                TellAll(search!.Rest(Tell));
                search.Dispose();
                search = null;
            });
    }

    [Theory]
    [MemberData(nameof(Stores))]
    public void A_verification_in_depth_finds_in_memory_what_it_finds_in_folders(string name)
    {
        using GoldenStore store = GoldenStore.Copy(name);
        PbsEngine engine = new(Connection.None);
        DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
        SnapshotPath[] snapshots = Snapshots(engine, context);
        _memory = new MemoryStore(store.Path);
        foreach (SnapshotPath snapshot in snapshots)
        {
            var query = new VerifyQuery { Scopes = [VerifyScope.Of(snapshot)], NoStateUpdate = true, Key = _key };
            TellResult(Assert.Single(Verification.Run(engine, context, query).Results));
        }

        string[] expected = [.. _told];
        _told.Clear();
        _memory.Empty();
        foreach (SnapshotPath snapshot in snapshots) TellResult(Verified(snapshot, context));
        Assert.Equal(expected, _told);
        int failed = expected.Count(line => line.Contains(" Failed ", StringComparison.Ordinal));
        Assert.InRange(failed, name == "ds1" ? 1 : 10, snapshots.Length - 1);
    }

    /// <summary>Verifies one snapshot in memory with workers of its own.</summary>
    private VerifyResult Verified(SnapshotPath snapshot, DatastoreContext context)
    {
        MemoryContent content = _memory!.Snapshot(snapshot);
        var state = new SharedState(failFast: false);
        ChunkFindings findings = state.Findings;
        using var manifests = new ManifestBlob();
        using var check = new SnapshotCheck(content, state.Signal);
        using (var workers = new ChunkWorkers(
            2,
            () => new ChunkVerifier(context.Text, findings, null, key => new ChunkReader(content.OpenChunks(), key)),
            state))
        using (var scan = new FileScan(workers, state, null, null))
        {
            check.Run(scan, manifests, _key, _ => true);
        }

        Assert.True(check.IsDone);
        foreach (FileCheck file in check.Files.Where(file => file.Marked is not null))
        {
            file.Marked = MarkedChunks.Recount(file, findings);
        }

        List<VerifyError> errors = check.Stage == SnapshotStage.Open
            ? VerifyResults.ErrorsOf(check)
            : [new VerifyError(ManifestBlob.FileName, null, check.Reason!)];
        VerifyResultState outcome = errors.Count > 0 ? VerifyResultState.Failed : VerifyResultState.Ok;
        return new VerifyResults(context, null).Of(check, outcome, errors);
    }

    private void TellResult(VerifyResult result)
    {
        Tell($"{result} {result.State} {result.OtherKey} {result.Cause?.Message}");
        Tell($"{result.BytesRead} {result.BytesVerified} {result.Coverage}");
        foreach (string error in result.Errors.Select(error => $"{error}").Order(StringComparer.Ordinal)) Tell(error);
        foreach (VerifiedFile file in result.Files) Tell(JsonSerializer.Serialize(file));
    }

    /// <summary>Does something with each snapshot of a store in its folder, and again in memory.</summary>
    /// <param name="name">The golden store.</param>
    /// <param name="least">The least that is told of it.</param>
    /// <param name="work">What is done; it tells its results.</param>
    /// <param name="end">What is done at the end.</param>
    private void Same(
        string name,
        int least,
        Action<PbsEngine, DatastoreContext, SnapshotPath> work,
        Action? end = null)
    {
        using GoldenStore store = GoldenStore.Copy(name);
        PbsEngine lister = new(Connection.None);
        SnapshotPath[] snapshots = Snapshots(lister, lister.Resolver.ResolvePath(store.Path));
        _memory = new MemoryStore(store.Path);
        Run(new EngineOptions());
        string[] expected = [.. _told];
        _told.Clear();
        _memory.Empty();
        Run(new EngineOptions { Contents = content => _memory.Snapshot(content.Snapshot, content) });
        Assert.Equal(expected, _told);
        Assert.InRange(expected.Length, least, int.MaxValue);

        void Run(EngineOptions options)
        {
            var engine = new PbsEngine(Connection.None, options)
            {
                OnLostManifest = (snapshot, error) => Tell($"lost {snapshot} {error.Message}"),
            };
            DatastoreContext context = engine.Resolver.ResolvePath(store.Path);
            foreach (SnapshotPath snapshot in snapshots)
            {
                Stored = [.. _memory!.Snapshot(snapshot).FileNames().Order(StringComparer.Ordinal)];
                Try(() => work(engine, context, snapshot));
            }

            end?.Invoke();
        }
    }

    /// <summary>The files of the snapshot that is worked on.</summary>
    private string[] Stored { get; set; } = [];

    private static SnapshotPath[] Snapshots(PbsEngine engine, DatastoreContext store) =>
    [
        .. engine.Snapshots.List(store, new SnapshotQuery { Recurse = true }, _ => { }, Cancellation)
            .Select(snapshot => ((ISnapshotItem)snapshot).Snapshot),
    ];

    private static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private void TellAll(IEnumerable<object> items) => Try(() =>
    {
        foreach (object item in items) Tell(item);
    });

    private void Try(Action action)
    {
        try
        {
            action();
        }
        catch (PbsException e)
        {
            Tell($"{e.GetType().Name} {e.ErrorId} {e.Target}: {e.Message} {e.RecommendedAction}");
        }
    }

    private void Tell(ListingProblem problem) =>
        Tell($"{problem.Kind} {problem.ErrorId} {problem.Target}: {problem.Message}");

    private void Tell(object item) =>
        _told.Add(item as string ?? $"{item.GetType().Name} {JsonSerializer.Serialize(item, item.GetType())}");
}
