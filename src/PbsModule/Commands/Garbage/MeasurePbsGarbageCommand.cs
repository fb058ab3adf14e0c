using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;

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
