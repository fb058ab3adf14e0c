using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Status;

namespace PbsModule.Commands;

/// <summary>Shows sizes, counts, the last garbage collection and running operations of datastores.</summary>
[Cmdlet(VerbsCommon.Get, "PbsDatastoreStatus")]
[OutputType(typeof(DatastoreStatus))]
public sealed class GetPbsDatastoreStatusCommand : PbsDatastoreCmdlet
{
    protected override void Process(PbsEngine engine, DatastoreContext store) =>
        WriteObject(engine.Status.Get(store, Report, StopToken));
}
