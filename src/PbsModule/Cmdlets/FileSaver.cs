using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Formats.Names;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>Saves the files of one cmdlet run.</summary>
internal sealed class FileSaver(PbsCmdlet cmdlet, CancellationToken stop) : IDisposable
{
    private readonly SavedFiles _files = new(
        cmdlet,
        "Saving files",
        "Name a folder, or give each its own -Destination; in a pipeline a script block can, for instance { "
            + "\"$($_.BackupId).conf\" }.");
    private readonly SaveSelection _selection = new();
    private bool _hasWarned;

    /// <summary>Adds the files of a snapshot; nothing is written before <see cref="SaveAll"/>.</summary>
    /// <param name="engine">A session through the store's connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="request">The options and the target.</param>
    /// <param name="files">Returns the names of the files.</param>
    public void Add(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        SaveRequest request,
        Func<IReadOnlyList<string>> files)
    {
        IReadOnlyList<string> names = [];
        if (!cmdlet.Attempt(snapshot.ToString(), () => names = files()))
        {
            _selection.Add(store, snapshot, request.Destination, null, null, null);
        }
        foreach (string name in names)
        {
            SaveRequest one = request with { FileName = name };
            _selection.Add(store, snapshot, request.Destination, name, one.Name, folder =>
                cmdlet.Attempt(
                    $"{snapshot}/{name}",
                    () => Save(engine, store, snapshot, one with { Folder = folder })));
        }
    }

    /// <summary>Saves all added files.</summary>
    /// <exception cref="PbsArgumentException">
    /// Several snapshots, or several files of one, would be written to one path; nothing is written.
    /// </exception>
    public void SaveAll(bool folderPerSnapshot) => _selection.Run(folderPerSnapshot);

    public void Dispose() => _files.Dispose();

    /// <exception cref="PbsException">The file cannot be saved; an existing file remains unchanged.</exception>
    private void Save(PbsEngine engine, DatastoreContext store, SnapshotPath snapshot, SaveRequest request)
    {
        SavePlan plan = _files.Plan(() => engine.Content.CheckSave(store, snapshot, request));
        if (!_files.IsWanted(plan, $"{plan.Length} bytes of {plan.Source}")) return;
        (long gaps, long missing) = (0, 0);
        var listener = new SaveListener(
            gap =>
            {
                gaps++;
                missing += gap.Length;
                cmdlet.WriteObject(gap);
            },
            (done, total) => _files.Show(plan.Source, done, total));
        FileInfo saved = _files.Save(plan, () => engine.Content.Save(store, snapshot, request, listener, stop));
        WarnOfIndex(plan, request);
        if (gaps > 0)
        {
            cmdlet.WriteWarning(
                DisplayText.Plain(
                    $"{plan.Source}: {missing} bytes in {gaps} chunks could not be had and are zeros in "
                        + $"'{plan.Path}'"));
        }

        _files.Write(saved);
    }

    // In an emergency a few KiB of digests must not be mistaken for the restored disk.
    private void WarnOfIndex(SavePlan plan, SaveRequest request)
    {
        if (_hasWarned || request.Decode || Path.GetExtension(plan.Source) is not (".fidx" or ".didx")) return;
        _hasWarned = true;
        cmdlet.WriteWarning(
            DisplayText.Plain(
                $"'{plan.Path}' is the list of the chunks of '{Path.GetFileNameWithoutExtension(plan.Source)}', not "
                    + "its data: -Decode writes that"));
    }
}
