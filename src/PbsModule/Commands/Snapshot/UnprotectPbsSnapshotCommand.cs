using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Removes protection from snapshots.</summary>
[Cmdlet(VerbsSecurity.Unprotect, "PbsSnapshot", SupportsShouldProcess = true)]
[OutputType(typeof(SnapshotInfo))]
public sealed class UnprotectPbsSnapshotCommand : PbsSnapshotTargetCmdlet
{
    /// <summary>Whether to write the snapshots in their new state.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        SnapshotReference target)
    {
        engine.Protection.Check(store, snapshot);
        if (!ShouldProcess($"{snapshot} in {store}", "Take the protection away")) return;
        SnapshotInfo changed = engine.Protection.Set(store, snapshot, isProtected: false, Force, StopToken);
        if (PassThru) WriteObject(changed);
    }
}
