using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class PruneScene : IScene
{
    private static readonly string[] Groups = ["host/alpha", "host/partial", "vm/100"];

    public string Title => "What a prune would keep and remove, and why";

    public string Command => "Get-PbsPrunePlan sample host/alpha, host/partial, vm/100 -KeepLast 1 -KeepDaily 1 -KeepYearly 2 -TimeZone UTC";

    public IRenderable Show(SampleStore store)
    {
        var query = new GroupQuery { Groups = [.. Groups.Select(GroupPath.Parse)] };
        var settings = new PruneSettings { Keep = new KeepOptions { Last = 1, Daily = 1, Yearly = 2 }, TimeZone = TimeZoneInfo.Utc };
        return Tables.Of(
            ["Snapshot", "Keep", "Mark", "Reason"],
            store.Session.GetPrunePlan(store.Datastore, query, settings, static _ => { }, CancellationToken.None)
                .Select(row => new[] { row.ToString(), row.Keep ? "yes" : "no", row.Mark, row.Reason }));
    }
}
