using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage;

/// <summary>What lies around a folder that is no datastore: where one is that may have been meant.</summary>
internal sealed class DatastoreSurroundings(FolderAccess access)
{
    // What belongs into a datastore beside its chunks.
    private static readonly string[] ContentFolders = ["vm", "ct", "host", Datastore.NamespaceFolder];

    private const string NoChunks = "It has the folders of a datastore, but no '.chunks', where all data is: copy "
        + "that, too; copying '*' leaves it out.";

    private const int MostNamed = 3;

    /// <summary>What to do instead of opening the folder.</summary>
    /// <param name="path">Full path of the folder, or file.</param>
    public string AdviceAbout(string path)
    {
        if (Above(path) is { } above) return InAStore(above);
        List<string> below = Below(path, out bool hasContent);
        if (below.Count > 0)
        {
            string named = string.Join(", ", below.Take(MostNamed).Select(PathText.Quote));
            return below.Count == 1
                ? $"There is a datastore in it: {named}."
                : $"There are {below.Count} datastores in it: {named}{(below.Count > MostNamed ? ", ..." : "")}.";
        }

        return hasContent
            ? NoChunks
            : "Name the folder that holds '.chunks'. Find-PbsDatastore looks for such folders, on a disk for instance.";
    }

    /// <summary>What to do where a search met no datastore; null for nothing special.</summary>
    /// <param name="path">Full path of the folder the search began in.</param>
    public string? AboutSearch(string path)
    {
        if (Above(path) is { } above) return InAStore(above);
        List<string> below = Below(path, out bool hasContent);
        return hasContent && below.Count == 0 ? NoChunks : null;
    }

    private static string InAStore(string above) => $"It lies in the datastore {PathText.Quote(above)}: name that.";

    private string? Above(string path)
    {
        for (string? folder = Path.GetDirectoryName(path); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (HasChunks(folder)) return folder;
        }

        return null;
    }

    private List<string> Below(string path, out bool hasContent)
    {
        List<string> stores = [];
        hasContent = false;
        var entries = new EntryList();
        if (access.Open(path, out Folder? opened) != 0) return stores;
        using Folder folder = opened!;
        if (folder.List(entries) != 0) return stores;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Kind(i) != EntryKind.Folder) continue;
            string name = entries.Text(i, out bool isText);
            if (isText && HasChunks(Path.Combine(path, name))) stores.Add(Path.Combine(path, name));
            hasContent |= ContentFolders.Contains(name);
        }

        stores.Sort(StringComparer.Ordinal);
        return stores;
    }

    private bool HasChunks(string path)
    {
        if (access.Open(path, out Folder? opened) != 0) return false;
        using Folder folder = opened!;
        return folder.KindOf(".chunks"u8, out EntryKind kind) == 0 && kind is EntryKind.Folder or EntryKind.Link;
    }
}
