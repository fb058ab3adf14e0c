using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;

namespace PbsModule.Core.Tests;

/// <summary>
/// Nothing leaves a run in silence: neither for the order it is verified in, nor because it cannot be read, nor for
/// want of time.
/// </summary>
public sealed class VerifyWorkListTests : IDisposable
{
    private const string Failed = "verification failed - please check the log for details";
    private const string Older = "vm/100/2024-05-01T10:00:00Z";
    private const string Newer = "vm/100/2024-05-02T10:00:00Z";
    private const string Other = "vm/200/2024-05-01T10:00:00Z";

    private readonly ChunkedStore _store = new();
    private readonly ServerFolder _server = new();

    public VerifyWorkListTests()
    {
        Digest chunk = _store.Put(1);
        foreach (string snapshot in new[] { Older, Newer, Other }) _store.Add(snapshot, chunk);
        _server.Register(("main", _store.Path, ""));
    }

    public void Dispose()
    {
        _store.Dispose();
        _server.Dispose();
    }

    public static TheoryData<string, bool> Unreadables
    {
        get
        {
            var all = new TheoryData<string, bool>();
            foreach (string what in new[] { "snapshot", "manifest", "damaged manifest", "group", "listing" })
            {
                all.Add(what, false);
                all.Add(what, true);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Unreadables))]
    public void What_cannot_be_read_fails_the_run_with_and_without_a_limit_of_time(string what, bool isLimited)
    {
        if (what == "damaged manifest") File.WriteAllBytes(_store.PathOf($"{Older}/index.json.blob"), [1, 2, 3]);
        Verification run =
            Run(new VerifyQuery { MaxDuration = isLimited ? TimeSpan.FromHours(1) : null }, Unreadable(what));
        bool isGroup = what is "group" or "listing";
        Assert.Equal(Failed, run.State);
        Assert.Contains(isGroup ? "\tvm/100" : $"\t{Older}", run.Log);
        Assert.Equal(isGroup ? [Other] : [Older, Newer, Other], run.Results.Select(result => result.ToString())
            .Order(StringComparer.Ordinal));
        if (!isGroup) Assert.Equal(
            VerifyResultState.Failed, run.Results.Single(result => result.ToString() == Older).State);
        Assert.Equal(isGroup, run.Warnings.Any(
            warning => warning.Contains("group vm/100 - unable to list backups: ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("snapshot", 3, 0)]
    [InlineData("damaged manifest", 3, 0)]
    [InlineData("group", 1, 1)]
    [InlineData("listing", 1, 1)]
    public void A_plan_lists_what_cannot_be_read_or_says_what_it_leaves_out(string what, int items, int problems)
    {
        if (what == "damaged manifest") File.WriteAllBytes(_store.PathOf($"{Older}/index.json.blob"), [1, 2, 3]);
        List<PbsException> told = [];
        PbsEngine engine = Session(Unreadable(what));
        VerifyPlanItem[] plan = [.. engine.Verify.Plan(
            engine.Resolver.Resolve("main"), new VerifyQuery(), told.Add, TestContext.Current.CancellationToken)];
        Assert.Equal((items, problems), (plan.Length, told.Count));
        Assert.Equal(
            problems == 0 ? [Older] : [], plan.Where(item => item.Problem is not null).Select(item => item.ToString()));
    }

    [Fact]
    public void What_was_verified_lately_is_told_in_a_run_of_limited_time_too_and_does_not_count_as_left_over()
    {
        _ = Run(new VerifyQuery { Scopes = [VerifyScope.Of(SnapshotPath.Parse(Newer))] });
        Verification run = Run(new VerifyQuery { IgnoreVerified = true, MaxDuration = TimeSpan.FromHours(1) });
        Assert.Equal([Other, Older, Newer], run.Results.OrderBy(result => result.State)
            .ThenByDescending(result => result.ToString()).Select(result => result.ToString()));
        Assert.Equal((Newer, VerifyResultState.Skipped), (run.Results[^1].ToString(), run.Results[^1].State));
        Assert.Equal("OK", run.State);

        _ = Run(new VerifyQuery { Scopes = [VerifyScope.Of(SnapshotPath.Parse(Other))] });
        File.WriteAllBytes(_store.PathOf($"{Older}/index.json.blob"), [1]);
        Verification none = Run(new VerifyQuery { IgnoreVerified = true, MaxDuration = TimeSpan.FromTicks(1),
            Scopes = [VerifyScope.Of(SnapshotPath.Parse(Other))] });
        Assert.Equal("OK", none.State);
        Verification one = Run(new VerifyQuery { IgnoreVerified = true, MaxDuration = TimeSpan.FromTicks(1) });
        Assert.Equal("the time was over before a snapshot was verified: 1 snapshots were not verified", one.State);
    }

    [Fact]
    public void A_run_that_could_begin_nothing_in_its_time_fails()
    {
        Verification run = Run(new VerifyQuery { MaxDuration = TimeSpan.FromTicks(3600) });
        Assert.Equal("the time was over before a snapshot was verified: 3 snapshots were not verified", run.State);
        Assert.Empty(run.Results);
    }

    [Fact]
    public void A_snapshot_that_may_not_be_locked_is_no_snapshot_in_use()
    {
        AtomicFileTests.NeedsLinux();
        var mutations = new FailingMutations(
            OsError.EACCES, path => Path.GetFileName(path).StartsWith("vm-", StringComparison.Ordinal));
        Verification run = Run(new VerifyQuery(), mutations: mutations);
        Assert.Equal(Failed, run.State);
        Assert.All(run.Results, result => Assert.Equal(VerifyResultState.Failed, result.State));
        Assert.Contains(run.Log, line =>
            line.StartsWith($"verify main:{Older} - could not acquire snapshot lock: ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_in_which_everything_is_in_use_ends_with_a_warning()
    {
        AtomicFileTests.NeedsLinux();
        var locks =
            new DatastoreLocks(_store.Path, "main", _server.RunRoot, FileMutations.Default, TimeProvider.System);
        using HeldLock held =
            locks.Snapshot(SnapshotPath.Parse(Other), _store.PathOf(Other), LockMode.Exclusive, "backup");
        Verification run = Run(new VerifyQuery { Scopes = [VerifyScope.Of(SnapshotPath.Parse(Other))] });
        Assert.Equal("nothing was verified: 1 snapshots are in use, or gone", Assert.Single(run.Warnings));
        Assert.Equal("WARNINGS: 1", run.State);
    }

    [Fact]
    public void A_snapshot_of_which_no_chunk_is_in_the_sample_is_not_called_good()
    {
        // The smallest share takes none of a few chunks, but by a chance of one in a billion.
        Verification run = Run(new VerifyQuery { Sample = new VerifySample(1e-12, null) });
        Assert.All(run.Results, result =>
        {
            Assert.Equal((VerifyResultState.NotChecked, false), (result.State, result.Recorded));
            Assert.Equal("none of its chunks is in the sample", result.Reason);
            Assert.Equal(VerifyResultState.NotChecked, Assert.Single(result.Files).State);
        });
        Assert.Equal("the sample holds no chunk of 3 snapshots: they were not verified", Assert.Single(run.Warnings));
        Assert.Equal("WARNINGS: 1", run.State);
        Assert.Null(_store.StateOf(SnapshotPath.Parse(Older)));
    }

    [Fact]
    public void A_sample_of_everything_is_a_verification_whatever_the_indexes_claim()
    {
        (Digest, long)[] lies = [(_store.Put(7), long.MaxValue - 1)];
        SnapshotPath liar = _store.Add("vm/300/2024-05-01T10:00:00Z", CryptMode.None, m => m, lies);
        Verification all = Run(new VerifyQuery { Sample = new VerifySample(1, null) });
        Assert.Equal(3, all.Results.Count(result => result is { State: VerifyResultState.Ok, Recorded: true }));

        // What they claim is more than there are numbers, and still no negative share.
        _store.Add("vm/301/2024-05-01T10:00:00Z", CryptMode.None, m => m, (_store.Put(8), long.MaxValue - 1));
        Verification some = Run(new VerifyQuery { Sample = new VerifySample(null, 100) });
        Assert.All(some.Results, result => Assert.InRange(result.Coverage, 0, 1));
        Assert.Equal(
            VerifyResultState.Failed, all.Results.Single(result => result.ToString() == liar.ToString()).State);
    }

    private FaultyFolders Unreadable(string what)
    {
        // Only after it has been found.
        int opens = 0;
        return new FaultyFolders((call, path) => what switch
        {
            "snapshot" when call == FolderCall.Open && path == _store.PathOf(Older) => OsError.EACCES,
            "manifest" when call == FolderCall.ReadFile && path == _store.PathOf($"{Older}/index.json.blob") =>
            OsError.EIO,
            "group" when call == FolderCall.Open && path == _store.PathOf("vm/100") => ++opens == 1 ? 0
            : OsError.EACCES,
            "listing" when call == FolderCall.List && path == _store.PathOf("vm/100") => OsError.EIO,
            _ => 0,
        });
    }

    private PbsEngine Session(FolderAccess? folders = null, IFileMutations? mutations = null) =>
        new(Connection.Local(_server.Options), new EngineOptions
    {
        Folders = folders ?? FolderAccess.Default,
        Mutations = mutations ?? FileMutations.Default,
    });

    private Verification Run(VerifyQuery query, FolderAccess? folders = null, IFileMutations? mutations = null)
    {
        PbsEngine engine = Session(folders, mutations);
        return Verification.Run(engine, engine.Resolver.Resolve("main"), query);
    }
}
