using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Content;

/// <summary>
/// Names the output folders when several snapshots are restored or saved, one folder a snapshot. The namespace comes
/// first (<c>a+b+host_…</c>), and before it the datastore if there are several (<c>ds1+a+b+host_…</c>). None of the
/// parts can contain '+', and all characters are valid in file names on every system.
/// </summary>
internal sealed class SnapshotFolders
{
    private const char Separator = '+';

    private readonly Dictionary<(string Store, SnapshotPath Snapshot), string> _names = [];

    /// <param name="snapshots">All selected snapshots, in any order; duplicates are allowed.</param>
    /// <exception cref="PbsArgumentException">Two snapshots would share one folder.</exception>
    public SnapshotFolders(IEnumerable<(DatastoreContext Store, SnapshotPath Snapshot)> snapshots)
    {
        (DatastoreContext Store, SnapshotPath Snapshot)[] all = [.. snapshots];
        bool hasSeveralStores = all.Select(one => one.Store.Path).Distinct(StringComparer.Ordinal).Skip(1).Any();

        // Many systems treat names that differ only in case as one folder.
        Dictionary<string, (string, SnapshotPath)> taken = new(StringComparer.OrdinalIgnoreCase);
        foreach ((DatastoreContext store, SnapshotPath snapshot) in all)
        {
            (string, SnapshotPath) key = (store.Path, snapshot);
            string name = NameOf(hasSeveralStores ? store : null, snapshot);
            if (taken.TryAdd(name, key)) _names.Add(key, name);
            else if (taken[name] != key) throw Ambiguous(name);
        }
    }

    /// <summary>Returns the folder name of a snapshot.</summary>
    public string this[DatastoreContext store, SnapshotPath snapshot] => _names[(store.Path, snapshot)];

    private static string NameOf(DatastoreContext? store, SnapshotPath snapshot)
    {
        string time = BackupTime.Format(snapshot.Time).Replace(':', '.');
        string name = $"{snapshot.Group.Type.Text()}_{snapshot.Group.Id}_{time}";
        IEnumerable<string> front = snapshot.Namespace.Components;
        if (store is not null)
        {
            front = front.Prepend(store.Name ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(store.Path)));
        }
        return string.Join(Separator, front.Append(name));
    }

    private static PbsArgumentException Ambiguous(string name) =>
        new(PbsErrorId.ParametersConflict, $"two snapshots would have the folder '{name}'", name)
        {
            RecommendedAction = "Take them one after the other, each with its own -Destination.",
        };
}
