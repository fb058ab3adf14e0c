using System.Text;
using PbsModule.Core;
using Spectre.Console;
using Tour;
using Tour.Scenes;

Console.OutputEncoding = Encoding.UTF8;
if (Console.IsOutputRedirected)
{
    AnsiConsole.Profile.Capabilities.Ansi = false;
    AnsiConsole.Profile.Width = RedirectedWidth;
}

IScene[] scenes =
[
    new DatastoreScene(), new NamespaceScene(), new GroupScene(), new SnapshotScene(), new PruneScene(), new FileScene(), new ManifestScene(), new CatalogScene(), new ArchiveScene(), new RescueScene(), new VerifyScene(), new SpaceScene(), new GarbageScene(),
    new ContentScene(),
];

try
{
    using SampleStore store = SampleStore.Unpack();
    AnsiConsole.MarkupLineInterpolated($"[bold]A tour of PbsModule's engine[/], on a datastore that a real Proxmox Backup Server wrote");
    foreach (IScene scene in scenes)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{Markup.Escape(scene.Title)}[/]").LeftJustified());
        AnsiConsole.MarkupLineInterpolated($"[grey]{scene.Command}[/]");
        AnsiConsole.Write(scene.Show(store));
    }

    return 0;
}
catch (PbsException e)
{
    await Console.Error.WriteLineAsync(e.RecommendedAction is null ? e.Message : $"{e.Message}\n{e.RecommendedAction}");
    return 1;
}

internal static partial class Program
{
    private const int RedirectedWidth = 110;
}
