using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>Saves the archive items of one cmdlet's run: asks, shows how far it is, writes what comes out of it.</summary>
internal sealed class ArchiveSaver(PSCmdlet cmdlet, Action<ListingProblem> report, CancellationToken stop) : IDisposable
{
    private const string Activity = "Saving archive items";

    private readonly ProgressLine _progress = new(cmdlet, Activity, TimeProvider.System);

    // What was written here must not be written over here, whatever may be replaced.
    private readonly HashSet<string> _saved = new(StringComparer.Ordinal);

    /// <exception cref="PbsException">The item cannot be saved; then there is no file, or the one that was there.</exception>
    public void Save(PbsSession session, DatastoreContext store, SnapshotPath snapshot, ArchiveSaveRequest request)
    {
        SavePlan plan = session.CheckArchiveItemSave(store, snapshot, request);
        if (!_saved.Add(plan.Path))
        {
            throw new PbsConflictException(PbsErrorId.DestinationExists, $"another item was saved as '{plan.Path}' a moment ago", plan.Path)
            {
                RecommendedAction = "Give each its own -Destination; Expand-PbsArchive restores many items at the paths they had.",
            };
        }

        if (!cmdlet.ShouldProcess(plan.Path, $"{(plan.Replaces ? "Replace with" : "Write")} {plan.Source}")) return;
        long gaps = 0;
        var listener = new ArchiveListener(
            item =>
            {
                if (item is not ArchiveGapInfo gap) return;
                gaps++;
                cmdlet.WriteObject(gap);
            },
            report,
            (path, done, total) => _progress.Show(new TaskProgress(Activity, path, done, total)));
        FileInfo saved = session.SaveArchiveItem(store, snapshot, request, listener, stop);
        if (gaps > 0) cmdlet.WriteWarning(DisplayText.Plain($"{plan.Source}: {gaps} chunks could not be had and are zeros in '{plan.Path}'"));

        // As Get-Item writes it: with the path that other cmdlets bind, and the columns of its table.
        cmdlet.WriteObject(cmdlet.InvokeProvider.Item.Get([saved.FullName], force: true, literalPath: true), enumerateCollection: true);
    }

    public void Dispose() => _progress.Dispose();
}
