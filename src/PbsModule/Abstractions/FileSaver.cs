using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>Saves the files of one cmdlet's run.</summary>
internal sealed class FileSaver(PbsCmdlet cmdlet, CancellationToken stop) : IDisposable
{
    private readonly SavedFiles _files = new(cmdlet, "Saving files", "Name a folder, or give each its own -Destination; in a pipeline a script block can, for instance { \"$($_.BackupId).conf\" }.");
    private bool _hasWarned;

    /// <exception cref="PbsException">The file cannot be saved; then there is none, or the one that was there.</exception>
    public void Save(PbsSession session, DatastoreContext store, SnapshotPath snapshot, SaveRequest request)
    {
        SavePlan plan = _files.Plan(() => session.CheckSnapshotFileSave(store, snapshot, request));
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
        FileInfo saved = _files.Save(plan, () => session.SaveSnapshotFile(store, snapshot, request, listener, stop));
        WarnOfIndex(plan, request);
        if (gaps > 0) cmdlet.WriteWarning(DisplayText.Plain($"{plan.Source}: {missing} bytes in {gaps} chunks could not be had and are zeros in '{plan.Path}'"));
        _files.Write(saved);
    }

    public void Dispose() => _files.Dispose();

    // On the worst day a few KiB of digests must not be taken for the disk that was to be restored.
    private void WarnOfIndex(SavePlan plan, SaveRequest request)
    {
        if (_hasWarned || request.Decode || Path.GetExtension(plan.Source) is not (".fidx" or ".didx")) return;
        _hasWarned = true;
        cmdlet.WriteWarning(DisplayText.Plain($"'{plan.Path}' is the list of the chunks of '{Path.GetFileNameWithoutExtension(plan.Source)}', not its data: -Decode writes that"));
    }
}
