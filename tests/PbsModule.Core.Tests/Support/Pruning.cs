using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Retention;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>A prune from plan to end, as a test wants it: what was planned, what became of it, and what it said.</summary>
internal sealed record Pruning(IReadOnlyList<PrunePlanInfo> Plan, IReadOnlyList<PruneResultInfo> Results, IReadOnlyList<string> Log, IReadOnlyList<string> Warnings, RunningTask? Task)
{
    /// <summary>Plans and removes at once.</summary>
    /// <param name="engine">The session.</param>
    /// <param name="store">The store.</param>
    /// <param name="query">Which groups; one that is named is a task of its own.</param>
    /// <param name="keep">What is kept.</param>
    /// <param name="force">For a store whose locks cannot be seen.</param>
    /// <exception cref="Exception">What ended the task early.</exception>
    public static Pruning Run(PbsEngine engine, DatastoreContext store, GroupQuery query, KeepOptions keep, bool force = false)
    {
        PrunePlanInfo[] plan = Planned(engine, store, query, keep);
        if (plan.Length == 0) return new Pruning(plan, [], [], [], null);
        return Run(engine, store, new PruneOrder(plan)
        {
            Namespace = query.Namespace,
            MaxDepth = query.Recurse ? null : query.Depth ?? 0,
            IsOfGroup = query.Groups.Count == 1,
        }, force);
    }

    /// <summary>Removes what was planned.</summary>
    public static Pruning Run(PbsEngine engine, DatastoreContext store, PruneOrder order, bool force = false)
    {
        using RunningTask task = engine.Prune.Run(store, order with { TellsResults = true }, force, CancellationToken.None);
        List<TaskEvent> events = [];
        while (task.Events.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (task.Events.TryRead(out TaskEvent? news)) events.Add(news);
        }

        task.Completion.Wait(CancellationToken.None);
        if (task.Failure is { } failure) throw failure;
        TaskMessageEvent[] messages = [.. events.OfType<TaskMessageEvent>()];
        return new Pruning(
            order.Rows,
            [.. events.OfType<TaskItemEvent>().Select(item => (PruneResultInfo)item.Item)],
            [.. messages.Where(line => line.Level == TaskLogLevel.Information).Select(line => line.Message)],
            [.. messages.Where(line => line.Level == TaskLogLevel.Warning).Select(line => line.Message)],
            task);
    }

    public static PrunePlanInfo[] Planned(PbsEngine engine, DatastoreContext store, GroupQuery query, KeepOptions keep, TimeZoneInfo? zone = null) =>
        [.. engine.Prune.Plan(store, query, new PruneSettings { Keep = keep, TimeZone = zone ?? TimeZoneInfo.Utc }, Throw, CancellationToken.None)];

    /// <summary>A plan as it comes back out of a file.</summary>
    public static PrunePlanInfo Restored(PrunePlanInfo row, bool? keep = null, string? fingerprint = null) => new(row.Group, row.Time)
    {
        Keep = keep ?? row.Keep,
        Mark = row.Mark,
        Reason = row.Reason,
        Protected = row.Protected,
        Fingerprint = fingerprint ?? row.Fingerprint,
    };

    public static GroupQuery One(string group, string ns = "") => new() { Namespace = BackupNamespace.Parse(ns), Groups = [GroupPath.Parse(group)] };

    private static void Throw(ListingProblem problem)
    {
        if (problem.Kind == ListingProblemKind.Error) throw problem.Exception ?? new PbsStorageException(problem.ErrorId, problem.Message, problem.Target);
    }
}
