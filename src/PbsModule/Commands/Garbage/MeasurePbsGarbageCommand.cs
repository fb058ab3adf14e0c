using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Measures what a garbage collection would remove now and later, without changing anything.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsGarbage")]
[OutputType(typeof(GarbageInfo))]
public sealed class MeasurePbsGarbageCommand : PbsGarbageCmdlet
{
    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        using var line = new ProgressLine(this, "measure garbage", TimeProvider.System);
        WriteObject(engine.Garbage.MeasureGarbage(store, Query, Report, line.Show, StopToken));
    }
}
