using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class ArchiveScene : IScene
{
    private const string Snapshot = "host/alpha/2024-10-27T01:30:00Z";
    private const string Archive = "root.pxar";

    public string Title => $"In the archive {Archive}: look around, take out a file, pack a folder";

    public string Command => $"Get-PbsArchiveItem sample {Snapshot} /bin -Archive {Archive}; Save-PbsArchiveItem … /bin/tool; Save-PbsArchiveItem … /bin -AsZip";

    public IRenderable Show(SampleStore store)
    {
        SnapshotPath snapshot = SnapshotPath.Parse(Snapshot);
        var query = new CatalogQuery { Archives = [NameFilter.Literal(Archive)], Paths = [CatalogPath.Literal("/bin")] };
        IRenderable items = Tables.Of(
            ["Mode", "Owner", "Group", "Size", "LastWriteTime", "Path"],
            store.Session.GetArchiveItems(store.Datastore, snapshot, query, null, store.Problems.Add, CancellationToken.None).Select(item => new[]
            {
                item.Mode ?? "", $"{item.Owner}", $"{item.Group}", item.Size is { } size ? Units.Size(size) : "", item.LastWriteTime is { } time ? Units.Time(time) : "",
                item.LinkTarget is null ? item.Path : $"{item.Path} -> {item.LinkTarget}",
            }));
        using var folder = new TemporaryFolder();
        FileInfo file = Save(store, snapshot, "/bin/tool", folder), zip = Save(store, snapshot, "/bin", folder);
        return new Rows(items, new Markup($"{file.Name}: {Units.Size(file.Length)}; {zip.Name}: {Units.Size(zip.Length)}"));
    }

    private static FileInfo Save(SampleStore store, SnapshotPath snapshot, string path, TemporaryFolder folder) => store.Session.SaveArchiveItem(
        store.Datastore, snapshot, new ArchiveSaveRequest(CatalogPath.Literal(path), folder.Path) { Archive = Archive },
        new ArchiveListener(static _ => { }, store.Problems.Add, static (_, _, _) => { }), CancellationToken.None);
}
