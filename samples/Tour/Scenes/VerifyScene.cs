using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class VerifyScene : IScene
{
    private const string Damaged = "host/multi.chunk_test-1/2024-01-15T06:07:08Z";
    private const string SharesWith = "host/multi.chunk_test-1/2024-01-16T06:07:08Z";

    // A part of the store, so that the table stays small.
    private static readonly string[] Groups = ["ct/101", "host/multi.chunk_test-1", "vm/100"];

    public string Title => "A verification, after somebody has flipped one byte of one chunk";

    public string Command => $"Start-PbsVerify sample {string.Join(", ", Groups)} -NoStateUpdate";

    public IRenderable Show(SampleStore store)
    {
        string chunk = store.DamageShared("multi.pxar.didx", Damaged, SharesWith);
        VerifyScope[] scopes = [.. Groups.Select(group => new VerifyScope(BackupNamespace.Root, GroupPath.Parse(group)))];
        using RunningTask task = store.Session.StartVerify(store.Datastore, new VerifyQuery { Scopes = scopes, NoStateUpdate = true }, CancellationToken.None);
        List<VerifyResult> results = [];
        while (task.Events.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (task.Events.TryRead(out TaskEvent? told))
            {
                if (told is TaskItemEvent item) results.Add((VerifyResult)item.Item);
            }
        }

        Table table = Tables.Of(
            ["Snapshot", "State", ">Read", "What is wrong"],
            results.Select(result => new[]
            {
                result.ToString(), result.State.ToString(), Units.Size(result.BytesRead), result.Errors.Count == 0 ? "" : result.Errors[0].Reason,
            }));
        return new Rows(table, new Text($"  {results.Count(result => result.Errors.Any(error => error.Digest == chunk))} snapshots use chunk {chunk[..8]}…; what they share was read once"));
    }
}
