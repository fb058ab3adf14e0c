using System.Globalization;
using PbsModule.Core.Administration;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class GroupScene : IScene
{
    public string Title => "Groups";

    public string Command => "Get-PbsGroup sample -Recurse";

    public IRenderable Show(SampleStore store) => Tables.Of(
        ["Namespace", "Group", ">Backups", "Last backup", "Owner", "Comment"],
        store.Session.GetGroups(store.Datastore, new GroupQuery { Recurse = true }, store.Problems.Add, CancellationToken.None).Select(group => new[]
        {
            group.Namespace, $"{group.BackupType}/{group.BackupId}", group.BackupCount.ToString(CultureInfo.InvariantCulture),
            Units.Time(group.LastBackup), group.Owner ?? "", group.Comment ?? "",
        }));
}
