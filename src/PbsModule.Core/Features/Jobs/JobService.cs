using System.Globalization;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Configuration.Schema;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Calendar;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Jobs;

/// <summary>Lists the scheduled jobs of a server.</summary>
public sealed class JobService
{
    private const string Pull = "pull";

    // Shown as properties of their own.
    private static readonly string[] OwnProperties =
    [
        "store", "ns", "max-depth", "schedule", "disable", "comment", "sync-direction", "remote", "remote-store",
        "remote-ns", "owner",
    ];

    private readonly ServiceScope _scope;

    internal JobService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Returns the jobs that the caller may see: verification, prune and synchronization jobs by id, then the garbage
    /// collections by datastore. A file that cannot be read is reported, and the others are listed.
    /// </summary>
    /// <exception cref="PbsArgumentException">There is no connection.</exception>
    /// <exception cref="PbsException">datastore.cfg, user.cfg or acl.cfg cannot be read.</exception>
    public IEnumerable<JobInfo> List(
        JobQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(query);
        JobGrant grant = JobGate.Enter(_scope.Connection);
        return Selected(new Listing(_scope, grant, query, onProblem, cancellation).Run(), query, onProblem);
    }

    private static IEnumerable<JobInfo> Selected(
        IEnumerable<JobInfo> jobs,
        JobQuery query,
        Action<ListingProblem> onProblem)
    {
        HashSet<NameFilter> unmet = [.. query.Ids.Where(filter => filter.IsLiteral)];
        foreach (JobInfo job in jobs)
        {
            unmet.RemoveWhere(filter => filter.Matches(job.Job));
            if (Passes(query.Ids, job.Job)
                && (Passes(query.Stores, job.Datastore)
                    || (job.Remote is null && job.RemoteStore is { } other && Passes(query.Stores, other)))
                && (query.States.Count == 0 || query.States.Contains(job.State)))
            {
                yield return job;
            }
        }

        foreach (NameFilter filter in query.Ids.Where(unmet.Contains))
        {
            string message = $"no such job '{filter}'";
            onProblem(new ListingProblem(
                PbsErrorId.JobNotFound,
                message,
                filter.Text,
                ListingProblemKind.Error,
                new PbsNotFoundException(PbsErrorId.JobNotFound, message, filter.Text)));
        }
    }

    private static bool Passes(IReadOnlyList<NameFilter> filters, string name) =>
        filters.Count == 0 || filters.Any(filter => filter.Matches(name));

    /// <summary>One listing: the configuration files and the runs that were found for it.</summary>
    private sealed class Listing(
        ServiceScope scope,
        JobGrant grant,
        JobQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        private readonly TimeZoneInfo _zone = query.Zone ?? ServerZone.Of(grant.Configuration.Path);
        private readonly DateTimeOffset _now = scope.Tasks.Time.GetUtcNow();
        private readonly JobHistory _history = new(scope, onProblem, cancellation);

        public IEnumerable<JobInfo> Run() =>
            Of(JobType.Verify, () => Sections(VerificationJobSchema.File).Where(MaySeeVerify).Select(VerifyJob))
                .Concat(Of(JobType.Prune, () => Sections(PruneJobSchema.File).Where(MaySeePrune).Select(PruneJob)))
                .Concat(Of(JobType.Sync, () => Sections(SyncJobSchema.File).Where(MaySeeSync).Select(SyncJob)))
                .Concat(Of(JobType.GarbageCollection, GarbageCollections));

        private IEnumerable<JobInfo> Of(JobType type, Func<IEnumerable<JobInfo>> jobs) =>
            query.Types.Count == 0 || query.Types.Contains(type) ? jobs() : [];

        private IEnumerable<ConfigSection> Sections(SectionConfigSchema schema)
        {
            cancellation.ThrowIfCancellationRequested();
            try
            {
                ConfigurationRoot root = grant.Configuration;
                SectionConfig config =
                    SectionConfig.Read(schema, ConfigurationReader.Read(root, root.PathOf(schema.FileName)));
                foreach (string unknown in grant.IsAuditor ? config.Unknown : [])
                {
                    Warn(PbsErrorId.ConfigurationInvalid, unknown, root.Path);
                }

                return config.Sections.Where(HasNamespace).OrderBy(section => section.Id, StringComparer.Ordinal);
            }
            catch (PbsException e)
            {
                onProblem(new ListingProblem(e.ErrorId, e.Message, schema.FileName, ListingProblemKind.Error, e));
                return [];
            }
        }

        /// <summary>PBS's pattern allows one name more in a namespace than can be used.</summary>
        private bool HasNamespace(ConfigSection job)
        {
            try
            {
                NamespaceOf(job);
                return true;
            }
            catch (PbsException e)
            {
                if (grant.IsAuditor) Warn(e.ErrorId, $"job '{job.Id}' is left out: {e.Message}", job.Id);
                return false;
            }
        }

        private void Warn(string errorId, string message, string target) =>
            onProblem(new ListingProblem(errorId, message, target, ListingProblemKind.Warning));

        private bool MaySeeVerify(ConfigSection job) => grant.MaySeeVerifyJob(job.Text("store")!, NamespaceOf(job));

        private bool MaySeePrune(ConfigSection job) => grant.MaySeePruneJob(job.Text("store")!, NamespaceOf(job));

        private bool MaySeeSync(ConfigSection job) => grant.MaySeeSyncJob(
            job.Text("store")!,
            NamespaceOf(job),
            job.Text("remote"),
            job.Text("remote-store")!);

        private JobInfo VerifyJob(ConfigSection job)
        {
            string workerId = $"{job.Text("store")}:{job.Id}";
            JobRun run = _history.Of("verificationjob", job.Id, id => id == workerId);
            return Describe(JobType.Verify, job, run, null);
        }

        private JobInfo PruneJob(ConfigSection job)
        {
            // The worker id of a prune job does not name the job: another one, or a hand, may have started it.
            JobRun run = _history.Of("prunejob", job.Id, isRunOf: null);
            IEnumerable<string> keep = CommonSchema.KeepOptions.Select(option => option.Name)
                .Where(name => job.Number(name) is not null)
                .Select(name => string.Create(CultureInfo.InvariantCulture, $"--{name} {job.Number(name)}"));
            return Describe(JobType.Prune, job, run, string.Join(' ', keep));
        }

        private JobInfo SyncJob(ConfigSection job)
        {
            JobRun run = _history.Of("syncjob", job.Id, id => id.EndsWith($":{job.Id}", StringComparison.Ordinal));
            return Describe(JobType.Sync, job, run, null);
        }

        private IEnumerable<JobInfo> GarbageCollections()
        {
            foreach (DatastoreEntry store in
                grant.Configuration.Datastores.Entries.OrderBy(entry => entry.Name, StringComparer.Ordinal))
            {
                cancellation.ThrowIfCancellationRequested();
                if (!grant.MaySeeGarbageCollection(store.Name)) continue;
                JobRun run = _history.Of("garbage_collection", store.Name, id => id == store.Name);
                yield return new JobInfo(JobType.GarbageCollection, store.Name, run, _now)
                {
                    Datastore = store.Name,
                    Schedule = store.GcSchedule,
                    NextRun = NextRun(store.GcSchedule, run),
                };
            }
        }

        private JobInfo Describe(JobType type, ConfigSection job, JobRun run, string? keep)
        {
            bool isEnabled = job.Flag("disable") != true, isSync = type == JobType.Sync;
            return new JobInfo(type, job.Id, run, _now)
            {
                Datastore = job.Text("store")!,
                Namespace = NamespaceOf(job).Text,
                MaxDepth = (int?)job.Number("max-depth"),
                Schedule = job.Text("schedule"),
                Enabled = isEnabled,
                NextRun = isEnabled ? NextRun(job.Text("schedule"), run) : null,
                Comment = job.Text("comment"),
                Direction = isSync ? job.Text("sync-direction") ?? Pull : null,
                Remote = job.Text("remote"),
                RemoteStore = job.Text("remote-store"),
                RemoteNamespace = isSync ? job.Text("remote-ns") ?? "" : null,
                Owner = job.Text("owner"),
                Keep = keep,
                Settings = new NameList(SettingsOf(job)),
            };
        }

        private DateTimeOffset? NextRun(string? schedule, JobRun run)
        {
            if (schedule is null || CalendarEvent.TryParse(schedule) is not { } times) return null;
            long reference = Math.Clamp(run.Reference, 0, BackupTime.MaxSeconds);
            return times.Next(DateTimeOffset.FromUnixTimeSeconds(reference), _zone);
        }

        private static IEnumerable<string> SettingsOf(ConfigSection job)
        {
            foreach ((string key, object value) in job.Properties)
            {
                if (OwnProperties.Contains(key) || key.StartsWith("keep-", StringComparison.Ordinal)) continue;
                foreach (object item in value as IReadOnlyList<object> ?? [value])
                {
                    string text = item is bool flag ? flag ? "true" : "false"
                        : Convert.ToString(item, CultureInfo.InvariantCulture)!;
                    yield return $"{key} {text}";
                }
            }
        }

        private static BackupNamespace NamespaceOf(ConfigSection job) =>
            job.Text("ns") is { } ns ? BackupNamespace.Parse(ns) : BackupNamespace.Root;
    }
}
