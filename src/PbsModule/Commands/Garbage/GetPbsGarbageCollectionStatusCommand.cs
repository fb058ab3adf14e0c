using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;

namespace PbsModule.Commands;

/// <summary>Shows the result of the last garbage collection of datastores.</summary>
[Cmdlet(VerbsCommon.Get, "PbsGarbageCollectionStatus")]
[OutputType(typeof(GarbageCollectionStatus))]
public sealed class GetPbsGarbageCollectionStatusCommand : PbsDatastoreCmdlet
{
    protected override void Process(PbsEngine engine, DatastoreContext store) =>
        WriteObject(engine.Garbage.GetStatus(store, Report));
}
