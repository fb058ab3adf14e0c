using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>Saves the files of one cmdlet's run: asks, shows how far it is, writes what comes out of it.</summary>
internal sealed class FileSaver(PSCmdlet cmdlet, CancellationToken stop) : IDisposable
{
    private const string Activity = "Saving files";

    private readonly ProgressLine _progress = new(cmdlet, Activity, TimeProvider.System);

    // What was written here must not be written over here, whatever may be replaced.
    private readonly HashSet<string> _saved = new(StringComparer.Ordinal);

    /// <exception cref="PbsException">The file cannot be saved; then there is none, or the one that was there.</exception>
    public void Save(PbsSession session, DatastoreContext store, SnapshotPath snapshot, SaveRequest request)
    {
        SavePlan plan = session.CheckSnapshotFileSave(store, snapshot, request);
        if (!_saved.Add(plan.Path))
        {
            throw new PbsConflictException(PbsErrorId.DestinationExists, $"another file was saved as '{plan.Path}' a moment ago", plan.Path)
            {
                RecommendedAction = "Give each its own -Destination; in a pipeline a script block can, for instance { \"$($_.BackupId).conf\" }.",
            };
        }

        if (!cmdlet.ShouldProcess(plan.Path, $"{(plan.Replaces ? "Replace with" : "Write")} {plan.Length} bytes of {plan.Source}")) return;
        (long gaps, long missing) = (0, 0);
        var listener = new SaveListener(
            gap =>
            {
                gaps++;
                missing += gap.Length;
                cmdlet.WriteObject(gap);
            },
            (done, total) => _progress.Show(new TaskProgress(Activity, plan.Source, done, total)));
        FileInfo saved = session.SaveSnapshotFile(store, snapshot, request, listener, stop);
        if (gaps > 0) cmdlet.WriteWarning(DisplayText.Plain($"{plan.Source}: {missing} bytes in {gaps} chunks could not be had and are zeros in '{plan.Path}'"));

        // As Get-Item writes it: with the path that other cmdlets bind, and the columns of its table.
        cmdlet.WriteObject(cmdlet.InvokeProvider.Item.Get([saved.FullName], force: true, literalPath: true), enumerateCollection: true);
    }

    public void Dispose() => _progress.Dispose();
}
