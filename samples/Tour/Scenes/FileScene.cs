using PbsModule.Core.Formats;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class FileScene : IScene
{
    private const string Snapshot = "host/alpha/2024-10-27T01:30:00Z";

    public string Title => "The files of a snapshot";

    public string Command => $"Get-PbsSnapshotFile sample -Snapshot {Snapshot}";

    public IRenderable Show(SampleStore store) => Tables.Of(
        ["File", ">Size", "Crypt mode"],
        store.Session.GetSnapshotFiles(store.Datastore, SnapshotPath.Parse(Snapshot), CancellationToken.None)
            .Select(file => new[] { file.FileName, Units.Size(file.Size), file.CryptMode?.ToString() ?? "" }));
}
