using System.Globalization;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class SpaceScene : IScene
{
    public string Title => "What each group takes up, and what removing it would free";

    public string Command => "Measure-PbsGroup sample -Recurse";

    public IRenderable Show(SampleStore store)
    {
        (BackupNamespace, GroupPath)[] groups = [.. store.Session.GetGroups(store.Datastore, new GroupQuery { Recurse = true }, store.Problems.Add, CancellationToken.None)
            .Select(group => (BackupNamespace.Parse(group.Namespace), GroupPath.Parse($"{group.BackupType}/{group.BackupId}")))];
        GroupSpaceInfo[] measured = [.. store.Session.MeasureGroups(store.Datastore, groups, null, store.Problems.Add, static _ => { }, CancellationToken.None)];
        var chart = new BreakdownChart().Width(90).UseValueFormatter(value => Units.Size((long)value));
        Color[] colors = [Color.Blue, Color.Green, Color.Yellow, Color.Aqua, Color.Purple, Color.Orange1];
        foreach ((GroupSpaceInfo group, int number) in measured.OrderByDescending(group => group.StoredSize).Take(colors.Length).Select((group, number) => (group, number)))
        {
            chart.AddItem(group.ToString(), group.StoredSize, colors[number]);
        }

        return new Rows(
            Tables.Of(
                ["Group", ">Snapshots", ">Backed up", ">On disk", ">Its own", ">Shared"],
                measured.Select(group => (string[])
                [
                    group.ToString(), group.SnapshotCount.ToString(CultureInfo.InvariantCulture), Units.Size(group.LogicalSize), Units.Size(group.StoredSize), Units.Size(group.ExclusiveSize), Units.Size(group.SharedSize),
                ])),
            chart);
    }
}
