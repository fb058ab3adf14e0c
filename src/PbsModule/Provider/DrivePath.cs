using PbsModule.Core.Formats;

namespace PbsModule.Provider;

/// <summary>
/// A path on a drive, taken apart by its shape alone: <c>store[/ns/a[/ns/b]][/type[/id[/time[/file[/path]]]]]</c>. A
/// time reads with colons or with dots in their place, because PowerShell takes what is in front of a colon for a
/// drive.
/// </summary>
/// <param name="Store">Name of the datastore, or the folder of one; null in front of all.</param>
/// <param name="Names">What is behind it.</param>
internal sealed record DrivePath(string? Store, IReadOnlyList<string> Names)
{
    private const string NamespaceFolder = "ns";

    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>Whether the store is the folder of one, and not a name.</summary>
    public bool IsFolder { get; private init; }

    /// <summary>The namespace, as far as the path names one.</summary>
    public string Namespace { get; private init; } = "";

    /// <summary>Whether the path ends at a folder of namespaces.</summary>
    public bool IsNamespaceFolder { get; private init; }

    /// <summary>What is behind store and namespace: type, id, time, file, and the names of a path in it.</summary>
    public string[] Rest { get; private init; } = [];

    /// <summary>Whether the path leads to a file of a snapshot, or into one.</summary>
    public bool IsInFile => Rest.Length > 3;

    /// <summary>A path from all datastores on.</summary>
    public static DrivePath Parse(string path) =>
        NamesIn(path) is [var store, .. var names] ? Of(store, names, isFolder: false) : new DrivePath(null, []);

    /// <summary>A path in the datastore in a folder.</summary>
    public static DrivePath In(string folder, string path) => Of(folder, NamesIn(path), isFolder: true);

    public DrivePath Below(string name) =>
        Store is null ? Of(name, [], isFolder: false) : Of(Store, [.. Names, name], IsFolder);

    public override string ToString() => Store is null ? "" : string.Join('/', Names.Prepend(Store));

    /// <summary>The name of a snapshot on the drive: no colons.</summary>
    public static string NameOf(DateTimeOffset time) => BackupTime.Format(time.ToUnixTimeSeconds()).Replace(':', '.');

    /// <summary>The time a name stands for; null where it is none.</summary>
    public static long? TimeOf(string name)
    {
        // The shape has colons at 13 and 16; a dot there means one.
        char[] text = name.ToCharArray();
        if (text.Length != BackupTime.TextLength) return null;
        foreach (int at in (int[])[13, 16])
        {
            if (text[at] == '.') text[at] = ':';
        }

        return BackupTime.TryParse(text, out long seconds, out bool exact, out _) && exact ? seconds : null;
    }

    private static string[] NamesIn(string path) => path.Split(Separators, StringSplitOptions.RemoveEmptyEntries);

    private static DrivePath Of(string store, string[] names, bool isFolder)
    {
        List<string> namespaces = [];
        int at = 0;
        while (at + 1 < names.Length && names[at] == NamespaceFolder)
        {
            namespaces.Add(names[at + 1]);
            at += 2;
        }

        bool isAtNamespaces = at < names.Length && names[at] == NamespaceFolder;
        return new DrivePath(store, names)
        {
            IsFolder = isFolder,
            Namespace = string.Join('/', namespaces),
            IsNamespaceFolder = isAtNamespaces,
            Rest = isAtNamespaces ? [] : names[at..],
        };
    }
}
