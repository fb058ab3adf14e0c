using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>Saves the archive items of one cmdlet run.</summary>
internal sealed class ArchiveSaver(
    PbsCmdlet cmdlet,
    Action<ListingProblem> report,
    CancellationToken stop) : IDisposable
{
    private readonly SavedFiles _files = new(
        cmdlet,
        "Saving archive items",
        "Give each its own -Destination; Expand-PbsArchive restores many items at the paths they had.");
    private readonly SaveSelection _selection = new();

    /// <summary>Adds the items of a snapshot; nothing is written before <see cref="SaveAll"/>.</summary>
    /// <param name="engine">A session through the store's connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">The options and the target.</param>
    /// <param name="paths">Returns the paths of the items.</param>
    public void Add(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        ArchiveSaveRequest request,
        Func<IReadOnlyList<CatalogPath>> paths)
    {
        IReadOnlyList<CatalogPath> found = [];
        if (!cmdlet.Attempt(snapshot.ToString(), () => found = paths()))
        {
            _selection.Add(store, snapshot, request.Destination, null, null, null);
        }
        foreach (CatalogPath path in found)
        {
            ArchiveSaveRequest one = request with { Path = path };
            string source = $"{request.Archive}{path}", name = one.NameIn(request.Archive ?? "");
            _selection.Add(store, snapshot, request.Destination, source, name, folder =>
                cmdlet.Attempt(
                    $"{snapshot}/{source}",
                    () => Save(engine, store, snapshot, one with { Folder = folder })));
        }
    }

    /// <inheritdoc cref="FileSaver.SaveAll"/>
    public void SaveAll(bool folderPerSnapshot) => _selection.Run(folderPerSnapshot);

    public void Dispose() => _files.Dispose();

    /// <exception cref="PbsException">The item cannot be saved; an existing file remains unchanged.</exception>
    private void Save(PbsEngine engine, DatastoreContext store, SnapshotPath snapshot, ArchiveSaveRequest request)
    {
        SavePlan plan = _files.Plan(() => engine.ArchiveItems.CheckSave(store, snapshot, request));
        if (!_files.IsWanted(plan, plan.Source)) return;
        long gaps = 0;
        var listener = new ArchiveListener(
            item =>
            {
                if (item is RestoreWarningInfo missed) Warn(plan, missed);
                if (item is not ArchiveGapInfo gap) return;
                gaps++;
                cmdlet.WriteObject(gap);
            },
            report,
            _files.Show);
        FileInfo saved = _files.Save(
            plan,
            () => engine.ArchiveItems.SaveItem(store, snapshot, request, listener, stop));
        if (gaps > 0)
        {
            cmdlet.WriteWarning(
                DisplayText.Plain($"{plan.Source}: {gaps} chunks could not be had and are zeros in '{plan.Path}'"));
        }

        _files.Write(saved);
    }

    /// <summary>Warns once about all entries of a kind; verbose output lists each.</summary>
    private void Warn(SavePlan plan, RestoreWarningInfo missed)
    {
        const int mostNamed = 5;
        string named = string.Join(", ", missed.Paths.Take(mostNamed)) + (missed.Count > mostNamed ? ", …" : "");
        cmdlet.WriteWarning(
            DisplayText.Plain(
                $"{plan.Source}: {missed.Count} entries are not in '{plan.Path}', because {missed.Reason}: {named}"));
        foreach (string path in missed.Paths)
        {
            cmdlet.WriteVerbose(DisplayText.Plain($"{plan.Source}: {path} is not in '{plan.Path}'"));
        }
    }
}
