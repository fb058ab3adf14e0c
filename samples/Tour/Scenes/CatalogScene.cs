using PbsModule.Core.Formats;
using PbsModule.Core.Storage;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Tour.Scenes;

internal sealed class CatalogScene : IScene
{
    private const string Snapshot = "host/alpha/2024-10-27T01:30:00Z";
    private const int LevelsShown = 3;

    public string Title => $"The catalog of {Snapshot}";

    public string Command => "read out of the chunks of catalog.pcat1.didx";

    public IRenderable Show(SampleStore store)
    {
        var catalog = new CatalogReader(new MemoryByteSource(Assemble(store, Path.Combine(store.Folder, Snapshot, "catalog.pcat1.didx"))));
        var tree = new Tree("catalog");
        Fill(tree, catalog, catalog.Root, LevelsShown);
        return tree;
    }

    private static byte[] Assemble(SampleStore store, string indexFile)
    {
        var index = new DynamicIndex(File.ReadAllBytes(indexFile));
        using var chunks = new ChunkReader(Path.Combine(store.Folder, ".chunks"));
        using var content = new MemoryStream();
        for (int i = 0; i < index.Count; i++) content.Write(chunks.Read(index.GetDigest(i), index.GetRange(i).Size, CryptMode.None));
        return content.ToArray();
    }

    private static void Fill(IHasTreeNodes node, CatalogReader catalog, CatalogEntry directory, int levels)
    {
        foreach (CatalogEntry entry in catalog.List(directory))
        {
            string facts = entry.Type == CatalogEntryType.File ? $"  {Units.Size((long)entry.Size)}, {Units.Time(DateTimeOffset.FromUnixTimeSeconds(entry.ModificationTime))}" : "";
            TreeNode child = node.AddNode(Markup.Escape(entry.DisplayName + (entry.IsDirectory ? "/" : facts)));
            if (entry.IsDirectory && levels > 1) Fill(child, catalog, entry, levels - 1);
        }
    }
}
