using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;

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
        if (ShouldProcess($"{snapshot} in {store}", "Remove snapshot")
            && engine.Removal.RemoveSnapshot(store, plan, Force, StopToken))
        {
            WriteVerbose($"{snapshot} was the last snapshot of its group, which is removed with its owner and notes");
        }
    }
}
