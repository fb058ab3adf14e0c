using PbsModule.Core.Administration;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class NamespaceScene : IScene
{
    public string Title => "Namespaces";

    public string Command => "Get-PbsNamespace sample -Recurse";

    public IRenderable Show(SampleStore store)
    {
        var tree = new Tree("(root)");
        var nodes = new Dictionary<string, IHasTreeNodes> { [""] = tree };
        foreach (NamespaceInfo item in store.Session.GetNamespaces(store.Datastore, new NamespaceQuery { Recurse = true }, store.Problems.Add, CancellationToken.None))
        {
            if (item.Namespace.Length == 0) continue;
            string parent = item.Namespace.Contains('/') ? item.Namespace[..item.Namespace.LastIndexOf('/')] : "";
            nodes[item.Namespace] = nodes[parent].AddNode(Markup.Escape(item.Name));
        }

        return tree;
    }
}
