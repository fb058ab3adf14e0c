using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>
/// Restores the archives of one cmdlet run: asks for confirmation, shows progress and writes the results.
/// </summary>
internal sealed class ArchiveExpander(PbsCmdlet cmdlet, Action<ListingProblem> report, CancellationToken stop)
    : IDisposable
{
    private const string Activity = "Restoring files";
    private const int MostNamed = 10;

    private readonly ProgressLine _progress = new(cmdlet, Activity, TimeProvider.System);

    /// <exception cref="PbsException">The archive cannot be restored, or only in part.</exception>
    public void Expand(PlannedExpansion planned, ExpandRequest request)
    {
        request = request with { Archive = planned.Archive, Paths = planned.Paths };
        ExpandPlan plan = planned.Engine.Expansion.Check(planned.Store, planned.Snapshot, request);
        if (!cmdlet.ShouldProcess(plan.Destination, DisplayText.Plain($"Restore {Describe(plan, planned.Paths)}")))
        {
            return;
        }

        var listener = new ArchiveListener(cmdlet.WriteObject, report, (path, done, total) =>
            _progress.Show(new TaskProgress(Activity, path, done, total)));
        cmdlet.WriteObject(planned.Engine.Expansion.ExpandArchive(
            planned.Store,
            planned.Snapshot,
            request,
            listener,
            stop));
    }

    public void Dispose() => _progress.Dispose();

    private static string Describe(ExpandPlan plan, IReadOnlyList<CatalogPath> paths)
    {
        if (paths.Count == 0) return plan.Source;
        string named = $"{plan.Source}: {string.Join(", ", paths.Take(MostNamed).Select(path => path.Text))}";
        return paths.Count > MostNamed ? $"{named} and {paths.Count - MostNamed} more" : named;
    }
}

/// <summary>
/// The archives to restore. All items of one archive are restored together, in whatever order they arrive.
/// </summary>
internal sealed class ExpansionPlan
{
    private const int MostNamed = 3;

    private readonly List<PlannedExpansion> _all = [];
    private readonly List<(DatastoreContext Store, SnapshotPath Snapshot)> _selected = [];

    public IReadOnlyList<PlannedExpansion> All => _all;

    /// <summary>Records a selected snapshot, whether or not any item of it is found.</summary>
    public void Select(DatastoreContext store, SnapshotPath snapshot) => _selected.Add((store, snapshot));

    /// <summary>
    /// Refuses several snapshots for one folder, and several archives: the result would be a mixture, in which the
    /// order of restores decides about each file.
    /// </summary>
    /// <param name="folderPerSnapshot">Whether each snapshot gets its own folder.</param>
    /// <returns>The folders of the snapshots; null for the destination itself.</returns>
    /// <exception cref="PbsArgumentException">
    /// There are several without their own folders, or two snapshots would share one folder.
    /// </exception>
    public SnapshotFolders? DemandOneEach(bool folderPerSnapshot)
    {
        string[] snapshots =
        [
            .. _selected.DistinctBy(one => (one.Store.Path, one.Snapshot)).Select(one => one.Snapshot.ToString()),
        ];
        if (!folderPerSnapshot && snapshots.Length > 1)
        {
            throw Several($"{snapshots.Length} snapshots are", snapshots, SnapshotChoice.Advice);
        }
        foreach (var one in _all.GroupBy(planned => (planned.Store.Path, planned.Snapshot)))
        {
            IEnumerable<string> named = one.Select(planned => planned.Archive).OfType<string>();
            string[] archives = [.. named.Select(ArchiveName.Of).Distinct(StringComparer.Ordinal)];
            if (archives.Length > 1)
            {
                throw Several(
                    $"{archives.Length} archives of snapshot '{one.Key.Snapshot}' are",
                    archives,
                    "Nothing was written. Restore one after the other, each with its own -Destination.");
            }
        }

        return folderPerSnapshot ? new SnapshotFolders(_selected) : null;
    }

    private static PbsArgumentException Several(string what, string[] names, string advice)
    {
        string named = string.Join(", ", names.Take(MostNamed)) + (names.Length > MostNamed ? ", …" : "");
        return new PbsArgumentException(
            PbsErrorId.ParametersConflict,
            $"{what} selected, and one folder takes one: {named}")
        {
            RecommendedAction = advice,
        };
    }

    /// <param name="engine">A session through the store's connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="archive">The archive; null if none was named.</param>
    /// <param name="paths">The items.</param>
    /// <param name="isWhole">Whether to restore everything in it.</param>
    public void Add(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        string? archive,
        IReadOnlyList<CatalogPath> paths,
        bool isWhole)
    {
        // A pattern without a match does not mean everything.
        if (!isWhole && paths.Count == 0) return;
        PlannedExpansion? known = _all.Find(planned => planned.Snapshot == snapshot
            && planned.Archive == archive
            && planned.Store.Text == store.Text
            && planned.Paths.Count == 0 == isWhole);
        if (known is null) _all.Add(known = new PlannedExpansion(engine, store, snapshot, archive));
        known.Add(paths);
    }
}

/// <summary>An archive to restore.</summary>
internal sealed class PlannedExpansion(
    PbsEngine engine,
    DatastoreContext store,
    SnapshotPath snapshot,
    string? archive)
{
    private readonly List<CatalogPath> _paths = [];
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    public PbsEngine Engine => engine;

    public DatastoreContext Store => store;

    public SnapshotPath Snapshot => snapshot;

    public string? Archive => archive;

    /// <summary>The paths to restore; an empty list restores everything.</summary>
    public IReadOnlyList<CatalogPath> Paths => _paths;

    public void Add(IEnumerable<CatalogPath> paths) => _paths.AddRange(paths.Where(path => _texts.Add(path.Text)));
}
