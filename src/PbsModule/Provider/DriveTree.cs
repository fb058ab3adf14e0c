using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Provider;

/// <summary>An item on the drive.</summary>
/// <param name="Name">Its name on the drive.</param>
/// <param name="Item">The object that cmdlets accept.</param>
/// <param name="IsContainer">Whether it can contain items.</param>
internal sealed record DriveItem(string Name, object Item, bool IsContainer)
{
    /// <summary>Its path relative to the listed container: its name, unless several levels were listed.</summary>
    public string Below { get; init; } = Name;
}

/// <summary>Finds and lists the items of a drive. It uses the session, with all its access checks.</summary>
/// <param name="engine">The session.</param>
/// <param name="key">Decrypts encrypted data; null for none.</param>
/// <param name="report">Receives items that cannot be listed.</param>
/// <param name="stop">Cancels the work.</param>
internal sealed class DriveTree(
    PbsEngine engine,
    CryptKey? key,
    Action<ListingProblem> report,
    CancellationToken stop)
{
    private const string NamespaceFolder = "ns";

    private static readonly Action<ListingProblem> Ignore = static _ => { };

    /// <summary>Returns the item at a path; null if it does not exist.</summary>
    /// <exception cref="PbsException">The item cannot be read.</exception>
    public DriveItem? Find(DrivePath path)
    {
        if (path.Store is null)
        {
            return new DriveItem("", engine.Connection.Options is null ? "no server" : "Pbs", true);
        }

        DatastoreContext store = Resolve(path);
        BackupNamespace ns = BackupNamespace.Parse(path.Namespace);
        if (path.IsNamespaceFolder)
        {
            return Namespaces(store, ns).Any() ? new DriveItem(NamespaceFolder, NamespaceFolder, true) : null;
        }

        return path.Rest switch
        {
            [] when ns.IsRoot => new DriveItem(path.Store, engine.Datastores.Get(store), true),
            [] => engine.Namespaces.List(store, new NamespaceQuery
            {
                Namespace = ns,
                Depth = 0,
            }, Ignore, stop).Select(found => new DriveItem(found.Name, found, true)).FirstOrDefault(),
            [var type] => Types(store, ns).FirstOrDefault(found => found.Name == type),
            [var type, var id] => Group(store, ns, type, id),
            [var type, var id, var time] =>
                Snapshot(store, ns, type, id, time) is { } snapshot ? ItemOf(snapshot) : null,
            [var type, var id, var time, var file, .. var names] =>
                Snapshot(store, ns, type, id, time) is { } snapshot ? InFile(store, snapshot, file, names) : null,
        };
    }

    /// <summary>Lists the items of a container.</summary>
    /// <param name="path">The container.</param>
    /// <param name="depth">
    /// Number of further levels, in an archive. One pass avoids reopening the archive for each directory.
    /// </param>
    /// <exception cref="PbsException">The container cannot be listed.</exception>
    public IEnumerable<DriveItem> Children(DrivePath path, uint depth = 0)
    {
        if (path.Store is null)
        {
            return engine.Datastores.List([], report, stop).Select(
                store => new DriveItem(store.Datastore, store, true));
        }

        DatastoreContext store = Resolve(path);
        BackupNamespace ns = BackupNamespace.Parse(path.Namespace);
        if (path.IsNamespaceFolder)
        {
            return Namespaces(store, ns).Select(found => new DriveItem(found.Name, found, true));
        }

        return path.Rest switch
        {
            [] =>
                (Namespaces(store, ns).Any()
                    ? [new DriveItem(NamespaceFolder, NamespaceFolder, true)]
                    : Enumerable.Empty<DriveItem>()).Concat(Types(store, ns)),
            [var type] => engine.Groups.List(store, new GroupQuery
            {
                Namespace = ns,
                Types = [BackupTypeText.Parse(type)],
            }, report, stop).Select(group => new DriveItem(group.BackupId, group, true)),
            [var type, var id] => engine.Snapshots.List(store, new SnapshotQuery
            {
                Namespace = ns,
                Groups = [GroupPath.Parse($"{type}/{id}")],
            }, report, stop).Select(ItemOf),
            [var type, var id, var time] =>
                Snapshot(store, ns, type, id, time) is { } snapshot ? Files(store, snapshot) : [],
            [var type, var id, var time, var file, .. var names] =>
                Snapshot(store, ns, type, id, time) is { } snapshot ? Content(store, snapshot, file, names, depth) : [],
        };
    }

    /// <summary>Opens the content of a file in an archive, or of a blob.</summary>
    /// <exception cref="PbsException">The content cannot be read, or the item has none.</exception>
    public Stream OpenContent(DrivePath path)
    {
        if (path.Rest is [var type, var id, var time, var file, .. var names] && Resolve(path) is var store
            && Snapshot(store, BackupNamespace.Parse(path.Namespace), type, id, time) is { } snapshot)
        {
            SnapshotPath place = ((ISnapshotItem)snapshot).Snapshot;
            if (names.Length > 0) return engine.ArchiveItems.Open(store, place, file, PathOf(names), key, stop, report);
            if (file.EndsWith(".blob", StringComparison.Ordinal))
            {
                return new MemoryStream(engine.Content.Read(store, place, file, key), writable: false);
            }
        }

        throw new PbsArgumentException(
            PbsErrorId.FileNotDecodable,
            $"'{path}' is nothing that has content",
            path.ToString())
        {
            RecommendedAction = "Files in archives and blobs have; Save-PbsSnapshotFile writes whatever a snapshot has "
                + "to the file system.",
        };
    }

    private DatastoreContext Resolve(DrivePath path) =>
        path.IsFolder ? engine.Resolver.ResolvePath(path.Store!) : engine.Resolver.Resolve(path.Store!);

    private IEnumerable<NamespaceInfo> Namespaces(DatastoreContext store, BackupNamespace ns) =>
        engine.Namespaces.List(store, new NamespaceQuery
        {
            Namespace = ns,
            Depth = 1,
        }, Ignore, stop).Where(found => ((INamespaceItem)found).Location != ns);

    private IEnumerable<DriveItem> Types(DatastoreContext store, BackupNamespace ns) => BackupTypeText.All
        .Where(type => engine.Groups.List(store, new GroupQuery { Namespace = ns, Types = [type] }, Ignore, stop).Any())
        .Select(type => new DriveItem(type.Text(), type.Text(), true));

    private DriveItem? Group(DatastoreContext store, BackupNamespace ns, string type, string id) =>
        engine.Groups.List(store, new GroupQuery
        {
            Namespace = ns,
            Groups = [GroupPath.Parse($"{type}/{id}")],
        }, Ignore, stop).Select(group => new DriveItem(group.BackupId, group, true)).FirstOrDefault();

    private SnapshotInfo? Snapshot(DatastoreContext store, BackupNamespace ns, string type, string id, string time) =>
        DrivePath.TimeOf(time) is not { } seconds ? null
            : engine.Snapshots.List(store, new SnapshotQuery
            {
                Namespace = ns,
                Snapshots = [new SnapshotPath(ns, GroupPath.Parse($"{type}/{id}"), seconds)],
            }, Ignore, stop).FirstOrDefault();

    private static DriveItem ItemOf(SnapshotInfo snapshot) =>
        new(DrivePath.NameOf(snapshot.BackupTime), snapshot, true);

    /// <summary>Lists the file archives, as containers, and the other files.</summary>
    private IEnumerable<DriveItem> Files(DatastoreContext store, SnapshotInfo snapshot)
    {
        SnapshotPath place = ((ISnapshotItem)snapshot).Snapshot;
        SnapshotFileInfo[] files = [.. engine.Files.List(store, place, stop)];
        var naming = new ArchiveNaming(files.Select(file => file.FileName));
        foreach (SnapshotFileInfo file in files)
        {
            if (ArchiveName.IsFileArchive(file.FileName))
            {
                yield return new DriveItem(naming.Of(file.FileName), file, true);
            }
            else if (!ArchiveName.IsSplitContent(file.FileName)) yield return new DriveItem(file.FileName, file, false);
        }
    }

    private DriveItem? InFile(DatastoreContext store, SnapshotInfo snapshot, string file, string[] names)
    {
        if (names.Length == 0)
        {
            return Files(store, snapshot).FirstOrDefault(found =>
                found.Name == file || (found.IsContainer && ArchiveName.Of(file) == found.Name));
        }

        return engine.ArchiveItems.Find(store, ((ISnapshotItem)snapshot).Snapshot, file, PathOf(names), key) is { } item
            ? ItemOf(item)
            : null;
    }

    private IEnumerable<DriveItem> Content(
        DatastoreContext store,
        SnapshotInfo snapshot,
        string file,
        string[] names,
        uint depth)
    {
        CatalogPath path = PathOf(names);
        var query = new CatalogQuery
        {
            Archives = [NameFilter.Literal(file)],
            Paths = [path],
            Depth = (int)Math.Min(depth, int.MaxValue),
        };
        int cut = path.Text.TrimEnd('/').Length + 1;
        return engine
            .Archives.ListItems(store, ((ISnapshotItem)snapshot).Snapshot, query, key, report, stop)
            .Select(item => ItemOf(item) with
            {
                Below = item.Path[cut..],
            });
    }

    private static DriveItem ItemOf(ArchiveItemInfo item) =>
        new(item.Name, item, item.Type == CatalogEntryType.Directory);

    private static CatalogPath PathOf(string[] names) => CatalogPath.Literal("/" + string.Join('/', names));
}
