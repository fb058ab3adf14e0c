using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Report;

/// <summary>Builds a report part by part; a part that fails becomes a problem of the report.</summary>
internal sealed class ReportMaker(
    ServiceScope scope,
    DatastoreContext store,
    Datastore datastore,
    ReportOptions options,
    DateTimeOffset now,
    Action<SpaceProgress> onProgress,
    CancellationToken cancellation)
{
    private const int OutdatedDays = 30;
    private const int MostProblems = 50;

    private readonly List<string> _problems = [];

    public DatastoreReport Make()
    {
        DatastoreStatus status = new StatusService(scope).Get(store, Note, cancellation);
        SpaceAccount? account = Try(() => SpaceAccount.Take(
            datastore,
            Counting(),
            Note,
            (done, total) => onProgress(new SpaceProgress(done, total)),
            cancellation));
        (IReadOnlyList<UsageHistory> history, DatastoreForecast? forecast) = Usage();
        return new DatastoreReport(status, now)
        {
            Space = account is null ? null : new DatastoreSpaceInfo(store, account),
            Groups = account is null ? [] : [.. SpaceService.GroupsOf(store, account).OrderByDescending(group =>
                group.StoredSize)],
            Namespaces = account is null ? [] : Namespaces(account),
            History = history,
            Forecast = forecast,
            Verification = Try(Verification) ?? new VerifySummary(0, 0, 0, 0, []),
            PruneJobs = Try(() => new PruneSummaries(scope, store).Take(Note, cancellation)) ?? [],
            Tasks = store.Name is null ? [] : Try(Tasks) ?? [],
            Problems = [.. _problems.Distinct()],
        };
    }

    private SpaceOptions Counting() =>
        options.MemoryLimit is { } limit ? new SpaceOptions { MemoryLimit = limit } : new SpaceOptions();

    private NamespaceSpaceInfo[] Namespaces(SpaceAccount account)
    {
        ILookup<int, CountedSnapshot> snapshots = account.Snapshots.ToLookup(snapshot => snapshot.Group.Scope);
        return [.. account.Namespaces.Select((ns, scope) => new NamespaceSpaceInfo(
            store,
            ns,
            snapshots[scope].Count(),
            scope < account.Count.Scopes.Length ? account.Count.Scopes[scope] : default))];
    }

    private (IReadOnlyList<UsageHistory>, DatastoreForecast?) Usage()
    {
        if (store.Name is null) return ([], null);
        MetricTimeframe[] windows = [MetricTimeframe.Month, MetricTimeframe.Year];
        var history = new List<UsageHistory>();
        foreach (MetricTimeframe window in windows)
        {
            UsagePoint[]? points = Try(() => new MetricService(scope).GetUsage(store, new MetricQuery
            {
                Timeframe = window,
            }, Note).ToArray());
            if (points is not null && points.Any(point => point.Usage is not null))
            {
                history.Add(new UsageHistory(window, points));
            }
        }

        return (history, Try(() => new MetricService(scope).GetForecast(store, new MetricQuery
        {
            Timeframe = options.Timeframe,
        }, Note)));
    }

    private VerifySummary Verification()
    {
        var finished = new List<SnapshotInfo>();
        foreach (SnapshotInfo snapshot in new SnapshotService(scope).List(store, new SnapshotQuery
        {
            Recurse = true,
            Finished = true,
        }, Note, cancellation))
        {
            finished.Add(snapshot);
        }

        DateTimeOffset outdated = now.AddDays(-OutdatedDays);
        int Count(VerifyState state) => finished.Count(snapshot => snapshot.VerifyState == state);
        return new VerifySummary(
            Count(VerifyState.Ok), Count(VerifyState.Failed), Count(VerifyState.None),
            finished.Count(snapshot => snapshot.VerifyState == VerifyState.Ok && snapshot.VerifyTime < outdated),
            [.. finished.Where(snapshot => snapshot.VerifyState != VerifyState.Ok || snapshot.VerifyTime < outdated)
                .OrderBy(snapshot => snapshot.VerifyState == VerifyState.Ok ? snapshot.VerifyTime : snapshot.BackupTime)
                    .Take(options.UnverifiedCount)]);
    }

    private List<TaskInfo> Tasks() =>
        [.. new TaskService(scope).List(new TaskQuery
        {
            Stores = [NameFilter.Literal(store.Name!)],
            Limit = options.TaskCount,
        }, Note, cancellation)];

    private T? Try<T>(Func<T> part)
        where T : class
    {
        try
        {
            return part();
        }
        catch (PbsException e)
        {
            _problems.Add(e.Message);
            return null;
        }
    }

    private void Note(ListingProblem problem)
    {
        if (problem.Kind == ListingProblemKind.Information || _problems.Count == MostProblems) return;
        _problems.Add(problem.Message.Contains(problem.Target, StringComparison.Ordinal)
            ? problem.Message
            : $"{problem.Target}: {problem.Message}");
    }
}
