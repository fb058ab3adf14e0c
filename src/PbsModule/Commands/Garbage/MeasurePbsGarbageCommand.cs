using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Tells what a garbage collection would remove now and later, and changes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsGarbage")]
[OutputType(typeof(GarbageInfo))]
public sealed class MeasurePbsGarbageCommand : PbsGarbageCmdlet
{
    protected override void Process(PbsSession session, DatastoreContext store)
    {
        using var line = new ProgressLine(this, "measure garbage", TimeProvider.System);
        WriteObject(session.MeasureGarbage(store, Query, Report, line.Show, StopToken));
    }
}
