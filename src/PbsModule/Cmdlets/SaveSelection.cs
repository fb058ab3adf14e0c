using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Cmdlets;

/// <summary>
/// Collects what a cmdlet run is to save until all of it is known, because a target takes only one snapshot: otherwise
/// the order of several would silently decide about the file's content.
/// </summary>
internal sealed class SaveSelection
{
    private const int MostNamed = 3;

    private readonly List<Selected> _all = [];
    private readonly Dictionary<string, (string Path, bool IsFolder)> _destinations = new(StringComparer.Ordinal);

    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="destination">Full path of a folder, a file or a device.</param>
    /// <param name="name">Name of the file in a folder; null if it is unknown.</param>
    /// <param name="save">
    /// Saves it, in a subfolder of the given name if there is one; null if there is nothing to save.
    /// </param>
    public void Add(
        DatastoreContext store,
        SnapshotPath snapshot,
        string destination,
        string? name,
        Action<string?>? save) =>
        _all.Add(new Selected(store, snapshot, destination, name, save));

    /// <summary>Saves everything that was added.</summary>
    /// <param name="folderPerSnapshot">Whether each snapshot gets its own folder.</param>
    /// <exception cref="PbsArgumentException">
    /// Several snapshots would be written to one path; nothing is written.
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
        // A snapshot that cannot be read might contain any file.
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

/// <summary>Advice for several snapshots selected for one target.</summary>
internal static class SnapshotChoice
{
    public const string Advice = "Nothing was written. Name one snapshot, take the newest "
        + "(Get-PbsSnapshot … -Latest 1 by pipe), give each its own -Destination, or use -FolderPerSnapshot.";
}
