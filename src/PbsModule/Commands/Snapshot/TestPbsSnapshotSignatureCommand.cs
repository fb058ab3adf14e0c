using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Tells whether the manifests of snapshots are signed with a key and unchanged since.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PbsSnapshotSignature", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(bool), typeof(SnapshotTestResult))]
public sealed class TestPbsSnapshotSignatureCommand : PbsKeyCmdlet
{
    /// <inheritdoc/>
    [Parameter(Mandatory = true, HelpMessage = "The file with the encryption key.")]
    [Alias("Key")]
    public override KeyReference? KeyFile { get; set; }

    /// <summary>
    /// Writes an object that names the snapshot and says why it did not pass, in place of True or False.
    /// </summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(session, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                bool isSigned = session.TestSnapshotSignature(store, snapshot, Key!, out string? reason);
                if (reason is not null) WriteVerbose($"{snapshot}: {reason}");
                string[] reasons = reason is null ? [] : [reason];
                WriteObject(Detailed
                    ? new SnapshotTestResult(store, snapshot, SnapshotTest.Signature, isSigned, reasons) : isSigned);
            });
        }
    }
}
