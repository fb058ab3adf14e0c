using PbsModule.Core.Administration;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class SnapshotScene : IScene
{
    public string Title => "Snapshots, with what is wrong with them";

    public string Command => "Get-PbsSnapshot sample";

    public IRenderable Show(SampleStore store)
    {
        store.Problems.Clear();
        Table table = Tables.Of(
            ["Snapshot", ">Size", "Verified", "Flags", "Comment"],
            store.Session.GetSnapshots(store.Datastore, new SnapshotQuery(), store.Problems.Add, CancellationToken.None).Select(snapshot => new[]
            {
                snapshot.ToString(), Units.Size(snapshot.Size), snapshot.VerifyState == VerifyState.None ? "" : snapshot.VerifyState.ToString(),
                Flags(snapshot), snapshot.Comment ?? "",
            }));
        return new Rows([table, .. store.Problems.Select(problem => new Text($"  {problem.Message.Replace(store.Folder, "…", StringComparison.Ordinal)}", new Style(Color.Yellow)))]);
    }

    private static string Flags(SnapshotInfo snapshot)
    {
        List<string> flags = [];
        if (snapshot.Protected) flags.Add("protected");
        if (snapshot.Encrypted) flags.Add("encrypted");
        if (!snapshot.Finished) flags.Add("unfinished");
        return string.Join(' ', flags);
    }
}
