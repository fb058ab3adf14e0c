using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>
/// Tests snapshots with the same checks as a verification; records nothing, and stops at the first failure of each.
/// </summary>
[Cmdlet(VerbsDiagnostic.Test, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(bool), typeof(SnapshotTestResult))]
public sealed class TestPbsSnapshotCommand : PbsKeyCmdlet
{
    /// <summary>Whether to write an object with the snapshot and its faults, instead of True or False.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () => Test(engine, store, snapshot));
        }
    }

    private void Test(PbsEngine engine, DatastoreContext store, SnapshotPath snapshot)
    {
        VerifyResult result = engine.Verify.Test(store, snapshot, Key, StopToken);
        if (result.State == VerifyResultState.Skipped)
        {
            // The cause shows whether the lock is held or cannot be taken here.
            string message = $"snapshot '{snapshot}' cannot be tested: {result.Reason}";
            throw result.Cause switch
            {
                PbsPermissionException e => new PbsPermissionException(e.ErrorId, message, snapshot.ToString(), e),
                PbsStorageException e => new PbsStorageException(e.ErrorId, message, snapshot.ToString(), e),
                null => new PbsNotFoundException(PbsErrorId.SnapshotNotFound, message, snapshot.ToString()),
                PbsException e => new PbsLockedException(e.ErrorId, message, snapshot.ToString(), e),
            };
        }

        string[] reasons = [.. result.Errors.Select(error => error.ToString())];
        foreach (string reason in reasons) WriteVerbose($"{snapshot}: {reason}");
        bool passed = result.State == VerifyResultState.Ok;
        WriteObject(Detailed ? new SnapshotTestResult(store, snapshot, SnapshotTest.Content, passed, reasons) : passed);
    }
}
