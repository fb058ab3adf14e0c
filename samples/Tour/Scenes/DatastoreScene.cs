using System.Globalization;
using PbsModule.Core.Administration;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class DatastoreScene : IScene
{
    public string Title => "Datastores";

    public string Command => "Get-PbsDatastore | Get-PbsDatastoreStatus";

    public IRenderable Show(SampleStore store) => Tables.Of(
        ["Datastore", "Comment", ">Groups", ">Snapshots", "Last GC", "Access control"],
        store.Session.GetDatastores([], store.Problems.Add, CancellationToken.None).Select(datastore => Row(store, datastore)));

    private static string[] Row(SampleStore store, DatastoreInfo datastore)
    {
        DatastoreStatus status = store.Session.GetDatastoreStatus(store.Session.Resolve(datastore.Datastore), store.Problems.Add, CancellationToken.None);
        return
        [
            datastore.Datastore, datastore.Comment ?? "",
            status.Counts?.Groups.ToString(CultureInfo.InvariantCulture) ?? "", status.Counts?.Snapshots.ToString(CultureInfo.InvariantCulture) ?? "",
            status.LastGarbageCollection is { } gc ? Units.Time(gc.StartTime) : "never", datastore.AccessControl.ToString(),
        ];
    }
}
