using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Counts what datastores are filled with.</summary>
[Cmdlet(VerbsDiagnostic.Measure, "PbsDatastore")]
[OutputType(typeof(DatastoreSpaceInfo))]
public sealed class MeasurePbsDatastoreCommand : PbsDatastoreCmdlet
{
    /// <summary>Bytes of memory for what is remembered of chunks.</summary>
    [Parameter]
    [ValidateRange(1L << 20, long.MaxValue)]
    public long MemoryLimit { get; set; } = 1L << 30;

    protected override void Process(PbsSession session, DatastoreContext store)
    {
        var work = new SpaceWork<DatastoreContext>();
        work.Add(session, store, [store]);
        work.Run(this, Attempt, (_, _, _, onProgress) =>
            WriteObject(session.MeasureDatastore(store, MemoryLimit, Report, onProgress, StopToken)));
    }
}
