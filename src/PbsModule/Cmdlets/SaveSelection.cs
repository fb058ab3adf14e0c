using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Cmdlets;

/// <summary>
/// Collects what a cmdlet run is to save until all of it is known, because a target takes only one file of one
/// snapshot: otherwise the order of several would silently decide about the file's content.
/// </summary>
internal sealed class SaveSelection
{
    private const int MostNamed = 3;

    private const string FolderAdvice =
        "Nothing was written. Name a folder that exists, or give each its own -Destination.";

    private readonly List<Selected> _all = [];
    private readonly Dictionary<string, (string Path, bool IsFolder)> _destinations = new(StringComparer.Ordinal);

    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="destination">Full path of a folder, a file or a device.</param>
    /// <param name="source">The file or item in the snapshot; null if it is unknown.</param>
    /// <param name="name">Name of the file in a folder; null if it is unknown.</param>
    /// <param name="save">
    /// Saves it, in a subfolder of the given name if there is one; null if there is nothing to save.
    /// </param>
    public void Add(
        DatastoreContext store,
        SnapshotPath snapshot,
        string destination,
        string? source,
        string? name,
        Action<string?>? save) =>
        _all.Add(new Selected(store, snapshot, destination, source, name, save));

    /// <summary>Saves everything that was added.</summary>
    /// <param name="folderPerSnapshot">Whether each snapshot gets its own folder.</param>
    /// <exception cref="PbsArgumentException">
    /// Several snapshots, or several files of one, would be written to one path; nothing is written.
    /// </exception>
    public void Run(bool folderPerSnapshot)
    {
        SnapshotFolders? folders = folderPerSnapshot
            ? new SnapshotFolders(_all.Select(one => (one.Store, one.Snapshot)))
            : null;
        if (folders is null) DemandOneSourceEach();
        foreach (Selected one in _all) one.Save?.Invoke(folders?[one.Store, one.Snapshot]);
    }

    private void DemandOneSourceEach()
    {
        // A snapshot that cannot be read might contain any file.
        HashSet<string> open = new(
            _all.Where(one => one.Name is null).Select(one => PlaceOf(one, null)),
            PathStyle.Current.Comparer);
        IEnumerable<IGrouping<string, Selected>> places = _all.GroupBy(
            one => PlaceOf(one, null) is { } folder && open.Contains(folder) ? folder : PlaceOf(one, one.Name),
            PathStyle.Current.Comparer);
        foreach (IGrouping<string, Selected> place in places)
        {
            HashSet<(string Store, SnapshotPath Snapshot)> snapshots =
                [.. place.Select(one => (one.Store.Path, one.Snapshot))];
            if (snapshots.Count > 1)
            {
                throw Ambiguous(
                    place.Key,
                    "snapshots",
                    snapshots.Select(one => one.Snapshot.ToString()),
                    SnapshotChoice.Advice);
            }

            // The place may be a folder here, if the files of the snapshot could not be listed.
            HashSet<string> sources = [.. place.Select(one => one.Source).OfType<string>()];
            if (sources.Count > 1 && !open.Contains(place.Key))
            {
                throw Ambiguous(place.Key, "files", sources, FolderAdvice);
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

    private static PbsArgumentException Ambiguous(string place, string kind, IEnumerable<string> sources, string advice)
    {
        string[] names = [.. sources.Order(StringComparer.Ordinal)];
        string named = string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? ", …" : "");
        return new PbsArgumentException(
            PbsErrorId.ParametersConflict,
            $"{names.Length} {kind} would be written to {PathText.Quote(place)}: {named}",
            place)
        {
            RecommendedAction = advice,
        };
    }

    private sealed record Selected(
        DatastoreContext Store,
        SnapshotPath Snapshot,
        string Destination,
        string? Source,
        string? Name,
        Action<string?>? Save);
}

/// <summary>Advice for several snapshots selected for one target.</summary>
internal static class SnapshotChoice
{
    public const string Advice = "Nothing was written. Name one snapshot, take the newest "
        + "(Get-PbsSnapshot … -Latest 1 by pipe), give each its own -Destination, or use -FolderPerSnapshot.";
}
