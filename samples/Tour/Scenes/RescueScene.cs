using System.Globalization;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

/// <summary>Only the disk is left: no server, no configuration, no name.</summary>
internal sealed class RescueScene : IScene
{
    private const string Snapshot = "host/alpha/2024-10-27T01:30:00Z";
    private const string Archive = "root.pxar";

    public string Title => "Rescue: a disk, and nothing else";

    public string Command => $"Find-PbsDatastore /mnt; Expand-PbsArchive /mnt/ds1 {Snapshot} /etc, /data /srv/restored -Archive {Archive}";

    public IRenderable Show(SampleStore store)
    {
        var session = new PbsSession(Connection.None);
        FoundDatastore found = session.FindDatastores(Path.GetDirectoryName(store.Folder)!, 1, store.Problems.Add, CancellationToken.None).Single();
        using var folder = new TemporaryFolder();
        ArchiveRestoreInfo restored = session.ExpandArchive(
            session.Resolve(found.Path), SnapshotPath.Parse(Snapshot), new ExpandRequest(Path.Combine(folder.Path, "restored")) { Archive = Archive, Paths = [CatalogPath.Literal("/etc"), CatalogPath.Literal("/data")] },
            new ArchiveListener(static _ => { }, store.Problems.Add, static (_, _, _) => { }), CancellationToken.None);
        return new Rows(
            new Markup(string.Create(CultureInfo.InvariantCulture, $"found {Path.GetFileName(found.Path)}: {found.SnapshotCount} snapshots, the newest of {Units.Time(found.NewestBackup!.Value)}")),
            new Markup(string.Create(CultureInfo.InvariantCulture, $"restored {restored.Files} files in {restored.Directories} directories, {Units.Size(restored.Bytes)}, {restored.Failed} failed")));
    }
}
