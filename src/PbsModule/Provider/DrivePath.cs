using PbsModule.Core.Formats.Names;

namespace PbsModule.Provider;

/// <summary>
/// A path on a drive, parsed by its form alone: <c>store[/ns/a[/ns/b]][/type[/id[/time[/file[/path]]]]]</c>. A time may
/// have dots instead of colons, because PowerShell takes the text before a colon for a drive.
/// </summary>
/// <param name="Store">Name of the datastore, or the folder of one; null for the root.</param>
/// <param name="Names">The names after the store.</param>
internal sealed record DrivePath(string? Store, IReadOnlyList<string> Names)
{
    private const string NamespaceFolder = "ns";

    private static readonly char[] Separators = ['/', '\\'];

    /// <summary>Whether the store is a folder instead of a name.</summary>
    public bool IsFolder { get; private init; }

    /// <summary>The namespace, as far as the path includes one.</summary>
    public string Namespace { get; private init; } = "";

    /// <summary>Whether the path ends at a folder of namespaces.</summary>
    public bool IsNamespaceFolder { get; private init; }

    /// <summary>The names after store and namespace: type, id, time, file, and the path inside the file.</summary>
    public string[] Rest { get; private init; } = [];

    /// <summary>Whether the path leads to a file of a snapshot, or into one.</summary>
    public bool IsInFile => Rest.Length > 3;

    /// <summary>Parses a path that starts at all datastores.</summary>
    public static DrivePath Parse(string path) =>
        NamesIn(path) is [var store, .. var names] ? Of(store, names, isFolder: false) : new DrivePath(null, []);

    /// <summary>Parses a path in the datastore in a folder.</summary>
    public static DrivePath In(string folder, string path) => Of(folder, NamesIn(path), isFolder: true);

    public DrivePath Below(string name) =>
        Store is null ? Of(name, [], isFolder: false) : Of(Store, [.. Names, name], IsFolder);

    public override string ToString() => Store is null ? "" : string.Join('/', Names.Prepend(Store));

    /// <summary>Returns the name of a snapshot on the drive: without colons.</summary>
    public static string NameOf(DateTimeOffset time) => BackupTime.Format(time.ToUnixTimeSeconds()).Replace(':', '.');

    /// <summary>Returns the time of a name, in Unix seconds; null if it is not a time.</summary>
    public static long? TimeOf(string name)
    {
        // The form has colons at 13 and 16; a dot there replaces a colon.
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
