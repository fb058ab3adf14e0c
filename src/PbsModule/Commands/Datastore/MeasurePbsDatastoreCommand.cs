using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Space;

namespace PbsModule.Commands;

/// <summary>Measures the space usage of datastores.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsDatastore")]
[OutputType(typeof(DatastoreSpaceInfo))]
public sealed class MeasurePbsDatastoreCommand : PbsDatastoreCmdlet
{
    /// <summary>Memory for chunk data, in bytes.</summary>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = 1L << 30;

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        var work = new SpaceWork<DatastoreContext>();
        work.Add(engine, store, [store]);
        work.Run(this, Attempt, (_, _, _, onProgress) =>
            WriteObject(engine.Space.MeasureDatastore(store, MemoryLimit, Report, onProgress, StopToken)));
    }
}
