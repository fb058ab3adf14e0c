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
        PbsSession session,
        DatastoreContext store,
        SnapshotPath snapshot,
        SnapshotReference target)
    {
        SnapshotRemovalPlan plan = session.CheckSnapshotRemoval(store, snapshot, target.WasFinished);
        if (ShouldProcess($"{snapshot} in {store}", "Remove snapshot"))
        {
            session.RemoveSnapshot(store, plan, Force, StopToken);
        }
    }
}
