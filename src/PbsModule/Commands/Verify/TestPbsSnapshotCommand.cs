using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Commands;

/// <summary>Tells whether snapshots are good, by the same checks as a verification; records nothing, and ends at the first fault of each.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(bool))]
public sealed class TestPbsSnapshotCommand : PbsKeyCmdlet
{
    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(session, store, selection))
        {
            Attempt(snapshot.ToString(), () => Test(session, store, snapshot));
        }
    }

    private void Test(PbsSession session, DatastoreContext store, SnapshotPath snapshot)
    {
        VerifyResult result = session.TestSnapshot(store, snapshot, Key, StopToken);
        if (result.State == VerifyResultState.Skipped)
        {
            // The lock is held, or cannot be taken here: which of them, the cause says.
            string message = $"snapshot '{snapshot}' cannot be tested: {result.Reason}";
            throw result.Cause switch
            {
                PbsPermissionException e => new PbsPermissionException(e.ErrorId, message, snapshot.ToString(), e),
                PbsStorageException e => new PbsStorageException(e.ErrorId, message, snapshot.ToString(), e),
                null => new PbsNotFoundException(PbsErrorId.SnapshotNotFound, message, snapshot.ToString()),
                PbsException e => new PbsLockedException(e.ErrorId, message, snapshot.ToString(), e),
            };
        }

        foreach (VerifyError error in result.Errors) WriteVerbose(DisplayText.Plain($"{snapshot}: {error}"));
        WriteObject(result.State == VerifyResultState.Ok);
    }
}
