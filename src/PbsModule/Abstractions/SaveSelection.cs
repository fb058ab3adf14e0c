using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Abstractions;

/// <summary>
/// What one run of a cmdlet is to save. It is collected until all of it is known, because a place takes one snapshot:
/// which of several came first would decide what is in the file, and nobody would notice.
/// </summary>
internal sealed class SaveSelection
{
    private const int MostNamed = 3;

    private readonly List<Selected> _all = [];
    private readonly Dictionary<string, (string Path, bool IsFolder)> _destinations = new(StringComparer.Ordinal);

    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="destination">Full path of a folder, a file, or a device.</param>
    /// <param name="name">What the file is called in a folder; null where that could not be found out.</param>
    /// <param name="save">
    /// Saves it, in a folder of that name where there is one; null where there is nothing to save.
    /// </param>
    public void Add(
        DatastoreContext store,
        SnapshotPath snapshot,
        string destination,
        string? name,
        Action<string?>? save) =>
        _all.Add(new Selected(store, snapshot, destination, name, save));

    /// <summary>Saves all of it.</summary>
    /// <param name="folderPerSnapshot">Whether each snapshot gets a folder of its own.</param>
    /// <exception cref="PbsArgumentException">
    /// Several snapshots would be written to one place; nothing is written.
    /// </exception>
    public void Run(bool folderPerSnapshot)
    {
        SnapshotFolders? folders = folderPerSnapshot
            ? new SnapshotFolders(_all.Select(one => (one.Store, one.Snapshot)))
            : null;
        if (folders is null) DemandOneSnapshotEach();
        foreach (Selected one in _all) one.Save?.Invoke(folders?[one.Store, one.Snapshot]);
    }

    private void DemandOneSnapshotEach()
    {
        // One that cannot be looked into might have anything.
        HashSet<string> open = new(
            _all.Where(one => one.Name is null).Select(one => PlaceOf(one, null)),
            PathStyle.Current.Comparer);
        Dictionary<string, HashSet<(string, SnapshotPath)>> places = new(PathStyle.Current.Comparer);
        foreach (Selected one in _all)
        {
            string folder = PlaceOf(one, null);
            string place = open.Contains(folder) ? folder : PlaceOf(one, one.Name);
            if (!places.TryGetValue(place, out HashSet<(string, SnapshotPath)>? snapshots))
            {
                places.Add(place, snapshots = []);
            }
            snapshots.Add((one.Store.Path, one.Snapshot));
        }

        foreach ((string place, HashSet<(string Store, SnapshotPath Snapshot)> snapshots) in places)
        {
            if (snapshots.Count > 1)
            {
                throw Ambiguous(
                    place,
                    [.. snapshots.Select(one => one.Snapshot.ToString()).Order(StringComparer.Ordinal)]);
            }
        }
    }

    private string PlaceOf(Selected one, string? name)
    {
        if (!_destinations.TryGetValue(one.Destination, out (string Path, bool IsFolder) found))
        {
            string path = RealPath.Of(Path.TrimEndingDirectorySeparator(one.Destination));
            found = (path, Directory.Exists(one.Destination));
            _destinations.Add(one.Destination, found);
        }

        return found.IsFolder && name is not null ? Path.Combine(found.Path, name) : found.Path;
    }

    private static PbsArgumentException Ambiguous(string place, string[] snapshots)
    {
        string named = string.Join(", ", snapshots.Take(MostNamed)) + (snapshots.Length > MostNamed ? ", …" : "");
        return new PbsArgumentException(
            PbsErrorId.ParametersConflict,
            $"{snapshots.Length} snapshots would be written to {PathText.Quote(place)}: {named}",
            place)
        {
            RecommendedAction = SnapshotChoice.Advice,
        };
    }

    private sealed record Selected(
        DatastoreContext Store,
        SnapshotPath Snapshot,
        string Destination,
        string? Name,
        Action<string?>? Save);
}

/// <summary>The ways out where several snapshots are selected for one place.</summary>
internal static class SnapshotChoice
{
    public const string Advice = "Nothing was written. Name one snapshot, take the newest "
        + "(Get-PbsSnapshot … -Latest 1 by pipe), give each its own -Destination, or use -FolderPerSnapshot.";
}
