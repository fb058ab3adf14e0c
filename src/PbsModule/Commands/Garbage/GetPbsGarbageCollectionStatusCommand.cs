using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Shows the result of the last garbage collection of datastores.</summary>
[Cmdlet(VerbsCommon.Get, "PbsGarbageCollectionStatus")]
[OutputType(typeof(GarbageCollectionStatus))]
public sealed class GetPbsGarbageCollectionStatusCommand : PbsDatastoreCmdlet
{
    protected override void Process(PbsEngine engine, DatastoreContext store) =>
        WriteObject(engine.Garbage.GetStatus(store, Report));
}
