using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Removes snapshots.</summary>
[Cmdlet(VerbsCommon.Remove, "PbsSnapshot", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemovePbsSnapshotCommand : PbsSnapshotTargetCmdlet
{
    private protected override void Process(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        SnapshotReference target)
    {
        SnapshotRemovalPlan plan = engine.Removal.CheckSnapshotRemoval(store, snapshot, target.WasFinished);
        if (ShouldProcess($"{snapshot} in {store}", "Remove snapshot"))
        {
            engine.Removal.RemoveSnapshot(store, plan, Force, StopToken);
        }
    }
}
