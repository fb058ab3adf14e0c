using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>What a verification makes of files the system does not give it: of the disk's faults, and of what it has run out of itself.</summary>
public sealed class VerifyReadErrorTests : IDisposable
{
    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();
    private readonly Digest _foreign;
    private readonly SnapshotPath _older;
    private readonly SnapshotPath _newer;
    private readonly SnapshotPath _other;

    public VerifyReadErrorTests()
    {
        Digest shared = _store.Put(1);
        _foreign = _store.Put(3);
        _older = _store.Add("vm/100/2024-05-01T10:00:00Z", shared);
        _newer = _store.Add("vm/100/2024-05-02T10:00:00Z", shared, _store.Put(2), shared);
        _other = _store.Add("vm/101/2024-05-01T10:00:00Z", _foreign);
        _server.Register(("main", _store.Path, ""));
    }

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    [Fact]
    public void A_read_error_that_passes_is_told_and_is_no_fault()
    {
        int opens = 0;
        Verification run = Run(new VerifyQuery { Threads = 1 }, onOpen: () => opens++ == 0 ? OsError.EIO : 0);
        Assert.Equal("WARNINGS: 1", run.State);
        Assert.EndsWith("was read and found good at the second attempt", Assert.Single(run.Warnings), StringComparison.Ordinal);
        Assert.All(run.Results, result => Assert.Equal(VerifyResultState.Ok, result.State));
    }

    [Fact]
    public void A_read_error_that_stays_fails_the_snapshot_and_leaves_the_chunk_in_its_place()
    {
        Verification run = Run(new VerifyQuery { Threads = 1 }, onOpen: () => OsError.EIO);
        Assert.All(run.Results, result => Assert.Equal(VerifyResultState.Failed, result.State));
        Assert.Empty(_store.SetAside());
        Assert.Contains($"can't verify chunk, load failed - store 'main', unable to load chunk '{_foreign}' - Input/output error (os error 5)", run.Log);
    }

    public static TheoryData<string> WhatIsOpened => ["chunk", "group", "snapshot", "index.json.blob", "root.pxar.didx", "a.blob"];

    [Theory]
    [MemberData(nameof(WhatIsOpened))]
    public void Too_many_open_files_end_the_run_and_call_nothing_bad(string what)
    {
        _store.WriteManifest(_other, Manifest.Create(_other.Group.Type, _other.Group.Id, _other.Time, new ManifestFile("a.blob", CryptMode.None, 1, default)));
        Verification run = what == "chunk" ? Run(onOpen: () => OsError.EMFILE) : Run(folders: new FaultyFolders((call, path) => IsMeant(call, path) ? OsError.EMFILE : 0));
        Assert.StartsWith("the verification cannot go on at ", run.State, StringComparison.Ordinal);
        Assert.EndsWith(" - Too many open files (os error 24)", run.State, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Results, result => result.State != VerifyResultState.Ok);
        Assert.DoesNotContain(new[] { _older, _newer, _other }, snapshot => _store.StateOf(snapshot) == VerifyOutcome.Failed);

        bool IsMeant(FolderCall call, string path) => what switch
        {
            "group" => call == FolderCall.Open && path == _store.PathOf("vm/100"),
            "snapshot" => call == FolderCall.Open && path == _store.PathOf(_newer.ToString()),
            _ => call == FolderCall.ReadFile && Path.GetFileName(path) == what,
        };
    }

    private Verification Run(VerifyQuery? query = null, Func<int>? onOpen = null, FolderAccess? folders = null)
    {
        var engine = new EngineOptions
        {
            Folders = folders ?? FolderAccess.Default,
            ChunkFiles = folder => onOpen is null ? SequentialFile.In(folder) : new FaultyFile(SequentialFile.In(folder)) { OnOpen = onOpen },
        };
        PbsEngine session = new PbsEngine(Connection.Local(_server.Options), engine);
        return Verification.Run(session, session.Resolver.Resolve("main"), query);
    }
}
