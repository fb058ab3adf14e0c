using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>
/// Names of folders for what is taken out of several snapshots, one folder a snapshot:
/// namespace in front (<c>a+b+host_…</c>) and with the datastore in front of that where there are several
/// (<c>ds1+a+b+host_…</c>). '+' is in none of the parts, and nothing in a name is forbidden on any system.
/// </summary>
internal sealed class SnapshotFolders
{
    private const char Separator = '+';

    private readonly Dictionary<(string Store, SnapshotPath Snapshot), string> _names = [];

    /// <param name="snapshots">All that are selected, in any order and however often.</param>
    /// <exception cref="PbsArgumentException">Two of them would have one folder.</exception>
    public SnapshotFolders(IEnumerable<(DatastoreContext Store, SnapshotPath Snapshot)> snapshots)
    {
        (DatastoreContext Store, SnapshotPath Snapshot)[] all = [.. snapshots];
        bool hasSeveralStores = all.Select(one => one.Store.Path).Distinct(StringComparer.Ordinal).Skip(1).Any();

        // Names that differ in case only are one folder on many systems.
        Dictionary<string, (string, SnapshotPath)> taken = new(StringComparer.OrdinalIgnoreCase);
        foreach ((DatastoreContext store, SnapshotPath snapshot) in all)
        {
            (string, SnapshotPath) key = (store.Path, snapshot);
            string name = NameOf(hasSeveralStores ? store : null, snapshot);
            if (taken.TryAdd(name, key)) _names.Add(key, name);
            else if (taken[name] != key) throw Ambiguous(name);
        }
    }

    /// <summary>The folder of one of the snapshots.</summary>
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
