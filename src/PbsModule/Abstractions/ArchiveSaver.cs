using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>Saves the archive items of one cmdlet's run.</summary>
internal sealed class ArchiveSaver(PbsCmdlet cmdlet, Action<ListingProblem> report, CancellationToken stop) : IDisposable
{
    private readonly SavedFiles _files = new(cmdlet, "Saving archive items", "Give each its own -Destination; Expand-PbsArchive restores many items at the paths they had.");

    /// <exception cref="PbsException">The item cannot be saved; then there is no file, or the one that was there.</exception>
    public void Save(PbsSession session, DatastoreContext store, SnapshotPath snapshot, ArchiveSaveRequest request)
    {
        SavePlan plan = _files.Plan(() => session.CheckArchiveItemSave(store, snapshot, request));
        if (!_files.IsWanted(plan, plan.Source)) return;
        long gaps = 0;
        var listener = new ArchiveListener(
            item =>
            {
                if (item is not ArchiveGapInfo gap) return;
                gaps++;
                cmdlet.WriteObject(gap);
            },
            report,
            _files.Show);
        FileInfo saved = _files.Save(plan, () => session.SaveArchiveItem(store, snapshot, request, listener, stop));
        if (gaps > 0) cmdlet.WriteWarning(DisplayText.Plain($"{plan.Source}: {gaps} chunks could not be had and are zeros in '{plan.Path}'"));
        _files.Write(saved);
    }

    public void Dispose() => _files.Dispose();
}
