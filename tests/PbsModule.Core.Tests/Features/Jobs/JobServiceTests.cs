using System.Globalization;
using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Jobs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Locks;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>Jobs and remotes of a server: what a caller sees of them, their last run and their next.</summary>
public sealed class JobServiceTests : IDisposable
{
    private const string Gc = "UPID:pbs-one:000018E3:000AB880:00000000:66082120:garbage_collection:main:root@pam:";
    private const string VerifyRun = "UPID:pbs-one:000018E3:000AB880:00000001:66082120:verificationjob:main\\x3av\\x2d1:root@pam:";
    private const long End = 1711808931;

    private readonly ServerFolder _server = new();
    private readonly string _states;
    private readonly string _tasks;

    public JobServiceTests()
    {
        _states = Directory.CreateDirectory(Path.Combine(_server.Root, "lib", "jobstates")).FullName;
        _tasks = Directory.CreateDirectory(Path.Combine(_server.Root, "log", "tasks")).FullName;
        _server.Write("datastore.cfg", "datastore: main\n\tpath /srv/main\n\tgc-schedule daily\n\ndatastore: second\n\tpath /srv/second\n");
        foreach (string file in (string[])["prune.cfg", "sync.cfg", "verification.cfg", "remote.cfg"]) File.WriteAllBytes(Path.Combine(_server.ConfigRoot, file), Corpus.Bytes($"config/{file}"));
        _server.Write("user.cfg", "user: audit@pbs\n\nuser: verify@pbs\n\nuser: nobody@pbs\n\nuser: sync@pbs\n");
        _server.Write(
            "acl.cfg",
            "acl:1:/datastore:audit@pbs:DatastoreAudit\nacl:1:/datastore/main:verify@pbs:DatastoreReader\nacl:1:/datastore:sync@pbs:DatastoreAudit\nacl:1:/remote/off-1:sync@pbs:RemoteAudit\n");
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Jobs_of_all_types_are_listed_in_order()
    {
        JobInfo[] jobs = List();
        Assert.Equal(
            ["v-1 Verify main", "p-1 Prune main", "p-2 Prune main", "local Sync main", "s-1234abcd-0000 Sync main", "main GarbageCollection main", "second GarbageCollection second"],
            jobs.Select(job => $"{job.Job} {job.JobType} {job.Datastore}"));
        JobInfo sync = jobs[4], prune = jobs[1], local = jobs[3];
        Assert.Equal(("pull", "off-1", "src", "x", "a/b", 3, "alice@pbs!t-1"), (sync.Direction, sync.Remote, sync.RemoteStore, sync.RemoteNamespace, sync.Namespace, sync.MaxDepth, sync.Owner));
        Assert.Equal(
            "burst-in 20 MiB, group-filter type:vm, group-filter group:host/a, group-filter regex:^ct/1, group-filter exclude:type:host, rate-in 10 MiB, remove-vanished true, transfer-last 5",
            sync.Settings.ToString());
        Assert.Equal(("--keep-last 1 --keep-yearly 2", false, null), (prune.Keep, prune.Enabled, prune.NextRun));
        Assert.Equal((null, null, "ssd-pool_2", null), (local.Remote, local.Schedule, local.RemoteStore, local.NextRun));
        Assert.All(jobs, job => Assert.Equal((JobRunState.Never, null, null), (job.State, job.Status, job.Upid)));
    }

    // Who sees what. Source: the endpoint tables of PBS's API.
    [Theory]
    [InlineData("root@pam", "v-1 p-1 p-2 local s-1234abcd-0000 main second")]
    [InlineData("audit@pbs", "v-1 p-1 p-2 local main second")]
    [InlineData("verify@pbs", "v-1 p-1 p-2 main")]
    [InlineData("sync@pbs", "v-1 p-1 p-2 local s-1234abcd-0000 main second")]
    [InlineData("nobody@pbs", "")]
    public void A_caller_sees_the_jobs_that_the_server_shows_it(string caller, string jobs) =>
        Assert.Equal(jobs, string.Join(' ', List(caller).Select(job => job.Job)));

    [Theory]
    [InlineData("root@pam", "off-1 v6.host")]
    [InlineData("sync@pbs", "off-1")]
    [InlineData("audit@pbs", "")]
    public void A_caller_sees_the_remotes_that_the_server_shows_it(string caller, string remotes) =>
        Assert.Equal(remotes, string.Join(' ', _server.Session(caller).Remotes.List([], Assert.NotNull).Select(remote => remote.Remote)));

    [Fact]
    public void No_property_of_a_remote_has_its_secret()
    {
        RemoteInfo remote = _server.Session().Remotes.List([NameFilter.Literal("off-1")], Assert.NotNull).Single();
        Assert.Equal(("pbs.example.com", 8008, "sync@pbs!tok"), (remote.Host, remote.Port, remote.AuthId));
        string all = string.Join('\n', typeof(RemoteInfo).GetProperties().Select(property => property.GetValue(remote)?.ToString()));
        Assert.DoesNotContain("c2VjcmV0LXDDpHNz", all, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", all, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"created":{"time":1711756800}}""", JobRunState.Never, null, "2024-03-31T00:00:00Z")]
    [InlineData("""{"finished":{"upid":"GC","state":{"OK":{"endtime":1711808931}},"updated":null}}""", JobRunState.Ok, "OK", "2024-03-31T00:00:00Z")]
    [InlineData("""{"finished":{"upid":"GC","state":{"Warning":{"count":2,"endtime":1711808931}},"updated":1712000000}}""", JobRunState.Warning, "WARNINGS: 2", "2024-04-02T00:00:00Z")]
    [InlineData("""{"finished":{"upid":"GC","state":{"Error":{"message":"no space","endtime":1711808931}}}}""", JobRunState.Error, "no space", "2024-03-31T00:00:00Z")]
    [InlineData("""{"finished":{"upid":"GC","state":{"Unknown":{"endtime":1711808931}},"updated":null}}""", JobRunState.Unknown, "unknown", "2024-03-31T00:00:00Z")]
    public void A_state_of_the_server_gives_the_last_and_the_next_run(string state, JobRunState expected, string? status, string next)
    {
        Write("garbage_collection-main", state.Replace("GC", Gc, StringComparison.Ordinal));
        JobInfo job = Garbage();
        Assert.Equal((expected, status), (job.State, job.Status));
        Assert.Equal(DateTimeOffset.Parse(next, CultureInfo.InvariantCulture), job.NextRun);
        if (expected == JobRunState.Never) return;
        Assert.Equal((Gc, DateTimeOffset.FromUnixTimeSeconds(0x66082120), DateTimeOffset.FromUnixTimeSeconds(End)), (job.Upid, job.LastRun, job.LastRunEnd));
        Assert.Equal(TimeSpan.FromSeconds(End - 0x66082120), job.Duration);
    }

    [Fact]
    public void A_run_that_was_started_has_ended_if_its_process_is_gone()
    {
        Write("garbage_collection-main", $$$"""{"started":{"upid":"{{{Gc}}}"}}""");
        Assert.Equal(JobRunState.Unknown, Garbage().State);
        string log = Path.Combine(Directory.CreateDirectory(Path.Combine(_tasks, "80")).FullName, Gc);
        File.WriteAllText(log, "2024-03-30T14:28:51+00:00: TASK ERROR: out of luck\n");
        Assert.Equal((JobRunState.Error, "out of luck"), (Garbage().State, Garbage().Status));
    }

    [Fact]
    public void Without_states_the_task_lists_tell()
    {
        File.WriteAllText(Path.Combine(_tasks, "archive"), $"{VerifyRun} 66082200 WARNINGS: 1\n{Gc} 660821A3 OK\n");
        JobInfo[] jobs = List();
        Assert.Equal((JobRunState.Warning, VerifyRun), (jobs[0].State, jobs[0].Upid));
        Assert.Equal((JobRunState.Ok, Gc), (jobs[5].State, jobs[5].Upid));
        Assert.Equal([JobRunState.Never], jobs.Where(job => job.JobType == JobType.Prune).Select(job => job.State).Distinct());
    }

    [Fact]
    public void Filters_select_by_id_store_type_and_state()
    {
        Write("garbage_collection-main", $$$"""{"finished":{"upid":"{{{Gc}}}","state":{"OK":{"endtime":1}},"updated":null}}""");
        Assert.Equal(["p-1", "p-2"], Ids(new JobQuery { Ids = [NameFilter.Pattern("p-*", id => id.StartsWith("p-", StringComparison.Ordinal))] }));
        Assert.Equal(["second"], Ids(new JobQuery { Stores = [NameFilter.Literal("second")] }));
        Assert.Equal(["local"], Ids(new JobQuery { Stores = [NameFilter.Literal("ssd-pool_2")] }));
        Assert.Equal(["main", "second"], Ids(new JobQuery { Types = [JobType.GarbageCollection] }));
        Assert.Equal(["main"], Ids(new JobQuery { States = [JobRunState.Ok, JobRunState.Error] }));
        List<ListingProblem> problems = [];
        Assert.Empty(_server.Session().Jobs.List(new JobQuery { Ids = [NameFilter.Literal("none")] }, problems.Add, CancellationToken.None));
        Assert.Equal(PbsErrorId.JobNotFound, Assert.Single(problems).ErrorId);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"finished":{"upid":"UPID:x"}}""")]
    [InlineData("""{"finished":{"state":{}}}""")]
    [InlineData("""{"created":{"time":"soon"}}""")]
    [InlineData("""{"started":7}""")]
    public void A_damaged_state_is_reported_and_the_job_listed(string state)
    {
        Write("garbage_collection-main", state);
        List<ListingProblem> problems = [];
        JobInfo[] jobs = [.. _server.Session().Jobs.List(new JobQuery { Types = [JobType.GarbageCollection] }, problems.Add, CancellationToken.None)];
        Assert.Equal((2, JobRunState.Never), (jobs.Length, jobs[0].State));
        Assert.Equal(ListingProblemKind.Warning, Assert.Single(problems).Kind);
    }

    [Fact]
    public void Hostile_states_are_refused_without_harm()
    {
        var states = new JobStates(Path.Combine(_server.Root, "lib"), new TaskFolder(Path.Combine(_server.Root, "log"), ProcessTable.Default, FileMutations.Default, TimeProvider.System));
        string[] samples =
        [
            """{"created":{"time":1711756800}}""", $$$"""{"started":{"upid":"{{{Gc}}}"}}""",
            $$$"""{"finished":{"upid":"{{{Gc}}}","state":{"Warning":{"count":2,"endtime":1711808931}},"updated":1712000000}}""",
        ];
        int number = 0;
        MutationFuzz.Run([.. samples.Select(Encoding.UTF8.GetBytes)], input =>
        {
            // Each under a name of its own would fill the disk.
            if (number++ % 50 != 0) return;
            File.WriteAllBytes(Path.Combine(_states, "garbage_collection-fuzz.json"), input);
            Assert.True(states.Read("garbage_collection", "fuzz", out ListingProblem? problem) is not null || problem is not null);
        });
    }

    [Fact]
    public void One_file_that_cannot_be_read_hides_no_other_jobs()
    {
        _server.Write("sync.cfg", "sync: x\n");
        List<ListingProblem> problems = [];
        JobInfo[] jobs = [.. _server.Session().Jobs.List(new JobQuery(), problems.Add, CancellationToken.None)];
        Assert.Equal(5, jobs.Length);
        Assert.Contains("sync.cfg", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_job_on_a_namespace_that_is_too_deep_hides_no_other_jobs()
    {
        _server.Write("prune.cfg", "prune: deep\n\tstore main\n\tschedule daily\n\tns a/b/c/d/e/f/g/h\n\nprune: next\n\tstore main\n\tschedule daily\n");
        List<ListingProblem> problems = [];
        Assert.Equal(
            ["next"],
            _server.Session().Jobs.List(new JobQuery { Types = [JobType.Prune] }, problems.Add, CancellationToken.None).Select(job => job.Job));
        Assert.StartsWith("job 'deep' is left out", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Jobs_of_4_x_have_their_direction_and_settings()
    {
        _server.Write("sync.cfg", "sync: out-1\n\tstore main\n\tremote-store dest\n\tremote off-1\n\tsync-direction push\n\tworker-threads 4\n\tactive-encryption-key k-1\n\tnew-thing 7\n");
        List<ListingProblem> problems = [];
        JobInfo job = _server.Session().Jobs.List(new JobQuery { Types = [JobType.Sync] }, problems.Add, CancellationToken.None).Single();
        Assert.Equal(("push", "active-encryption-key k-1, new-thing 7, worker-threads 4"), (job.Direction, job.Settings.ToString()));
        Assert.Contains("'new-thing'", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_copy_of_a_disk_goes_by_its_own_clock()
    {
        using var disk = new TemporaryFolder();
        string root = Directory.CreateDirectory(disk["etc/proxmox-backup"]).FullName;
        Assert.Equal(TimeZoneInfo.Local, ServerZone.Of(root));
        File.WriteAllText(disk["etc/timezone"], "Asia/Tokyo\n");
        Assert.Equal("Asia/Tokyo", ServerZone.Of(root).Id);
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(disk["etc/localtime"], "/usr/share/zoneinfo/Europe/Vienna");
            Assert.Equal("Europe/Vienna", ServerZone.Of(root).Id);
        }

        File.WriteAllText(disk["etc/timezone"], "No/Where");
        if (!OperatingSystem.IsWindows()) File.Delete(disk["etc/localtime"]);
        Assert.Equal(TimeZoneInfo.Local, ServerZone.Of(root));
    }

    [Fact]
    public void Without_a_connection_there_are_no_jobs() => Assert.Equal(
        PbsErrorId.NotConnected,
        Assert.Throws<PbsArgumentException>(() => new PbsEngine(Connection.None).Jobs.List(new JobQuery(), Assert.NotNull, CancellationToken.None)).ErrorId);

    private void Write(string name, string state) => File.WriteAllText(Path.Combine(_states, name + ".json"), state);

    private JobInfo Garbage() => _server.Session().Jobs.List(
        new JobQuery { Ids = [NameFilter.Literal("main")], Types = [JobType.GarbageCollection], Zone = TimeZoneInfo.Utc }, Assert.NotNull, CancellationToken.None).Single();

    private JobInfo[] List(string caller = "root@pam") => [.. _server.Session(caller).Jobs.List(new JobQuery { Zone = TimeZoneInfo.Utc }, static problem => Assert.Fail(problem.Message), CancellationToken.None)];

    private string[] Ids(JobQuery query) => [.. _server.Session().Jobs.List(query, static problem => Assert.Fail(problem.Message), CancellationToken.None).Select(job => job.Job)];
}
