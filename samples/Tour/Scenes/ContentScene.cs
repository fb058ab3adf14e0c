using System.Text;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class ContentScene : IScene
{
    private const string Snapshot = "vm/100/2024-05-12T00:00:02Z";
    private const string Disk = "drive-efidisk0.img.fidx";
    private const string Configuration = "qemu-server.conf.blob";

    public string Title => "Data out of a backup";

    public string Command => $"Get-PbsSnapshotFileContent sample {Snapshot} {Configuration}; Save-PbsSnapshotFile sample {Snapshot} {Disk} . -Decode";

    public IRenderable Show(SampleStore store)
    {
        SnapshotPath snapshot = SnapshotPath.Parse(Snapshot);
        string text = Encoding.UTF8.GetString(store.Session.GetSnapshotFileContent(store.Datastore, snapshot, Configuration, key: null));
        using var folder = new TemporaryFolder();
        FileInfo disk = store.Session.SaveSnapshotFile(
            store.Datastore, snapshot, new SaveRequest(Disk, folder.Path) { Decode = true }, new SaveListener(static _ => { }, static (_, _) => { }), CancellationToken.None);
        return new Rows(
            new Panel(Markup.Escape(text.TrimEnd())).Header(Configuration),
            Tables.Of(["Saved", ">Size"], [[disk.Name, Units.Size(disk.Length)]]));
    }
}
