using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Tests;

/// <summary>What a verification told, from its first event to its last.</summary>
/// <param name="Results">In the order they came.</param>
/// <param name="Log">Messages without time stamps.</param>
/// <param name="Warnings">Those of them that are warnings.</param>
/// <param name="State">How the task ended, as its log says.</param>
/// <param name="Upid">The task.</param>
internal sealed record Verification(IReadOnlyList<VerifyResult> Results, IReadOnlyList<string> Log, IReadOnlyList<string> Warnings, string State, string Upid)
{
    /// <summary>Runs one to its end.</summary>
    /// <param name="engine">Who asks.</param>
    /// <param name="store">Which store.</param>
    /// <param name="query">What to verify.</param>
    /// <param name="onEvent">Looks at each event as it comes.</param>
    public static Verification Run(PbsEngine engine, DatastoreContext store, VerifyQuery? query = null, Action<RunningTask, TaskEvent>? onEvent = null)
    {
        using RunningTask task = engine.Verify.Start(store, query ?? new VerifyQuery(), TestContext.Current.CancellationToken);
        List<VerifyResult> results = [];
        List<string> log = [], warnings = [];
        while (task.Events.WaitToReadAsync(TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult())
        {
            while (task.Events.TryRead(out TaskEvent? told))
            {
                if (told is TaskItemEvent item) results.Add((VerifyResult)item.Item);
                if (told is TaskMessageEvent message)
                {
                    (message.Level == TaskLogLevel.Warning ? warnings : log).Add(message.Message);
                }

                onEvent?.Invoke(task, told);
            }
        }

        return new Verification(results, log, warnings, task.Completion.GetAwaiter().GetResult().ToString(), task.Upid.ToString());
    }
}
