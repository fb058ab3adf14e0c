using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Tests whether the manifests of snapshots have been signed with a key and not changed since.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PbsSnapshotSignature", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(bool), typeof(SnapshotTestResult))]
public sealed class TestPbsSnapshotSignatureCommand : PbsKeyCmdlet
{
    /// <inheritdoc/>
    [Parameter(Mandatory = true, HelpMessage = "The file with the encryption key.")]
    [Alias("Key")]
    public override KeyReference? KeyFile { get; set; }

    /// <summary>
    /// Whether to write an object with the snapshot and the reasons of a failure, instead of True or False.
    /// </summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                bool isSigned = engine.Content.TestSignature(store, snapshot, Key!, out string? reason);
                if (reason is not null) WriteVerbose($"{snapshot}: {reason}");
                string[] reasons = reason is null ? [] : [reason];
                WriteObject(Detailed
                    ? new SnapshotTestResult(store, snapshot, SnapshotTest.Signature, isSigned, reasons) : isSigned);
            });
        }
    }
}
