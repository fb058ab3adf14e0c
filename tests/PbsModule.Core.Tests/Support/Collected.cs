using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>A garbage collection as a task, from start to end.</summary>
internal sealed record Collected(GarbageCollectionStatus Status, IReadOnlyList<string> Log, IReadOnlyList<string> Warnings, RunningTask Task)
{
    /// <exception cref="Exception">What ended the task early.</exception>
    public static Collected Run(PbsEngine engine, DatastoreContext store, GarbageQuery query)
    {
        using RunningTask task = engine.Garbage.Start(store, query, CancellationToken.None);
        List<TaskEvent> events = [];
        while (task.Events.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (task.Events.TryRead(out TaskEvent? news)) events.Add(news);
        }

        task.Completion.Wait(CancellationToken.None);
        if (task.Failure is { } failure) throw failure;
        TaskMessageEvent[] messages = [.. events.OfType<TaskMessageEvent>()];
        return new Collected(
            (GarbageCollectionStatus)events.OfType<TaskItemEvent>().Single().Item,
            [.. messages.Where(line => line.Level == TaskLogLevel.Information).Select(line => line.Message)],
            [.. messages.Where(line => line.Level == TaskLogLevel.Warning).Select(line => line.Message)],
            task);
    }
}
