using PbsModule.Core.Formats;

namespace PbsModule.Provider;

/// <summary>
/// A path on the drive, taken apart by its shape alone: <c>store[/ns/a[/ns/b]][/type[/id[/time[/file[/path]]]]]</c>. A time reads with colons or with
/// dots in their place, because PowerShell takes what is in front of a colon for a drive.
/// </summary>
internal sealed record DrivePath(IReadOnlyList<string> Names)
{
    private const string NamespaceFolder = "ns";

    public static DrivePath Root { get; } = new([]);

    public string? Store => Names.Count > 0 ? Names[0] : null;

    /// <summary>The namespace, as far as the path names one.</summary>
    public string Namespace { get; private init; } = "";

    /// <summary>Whether the path ends at a folder of namespaces.</summary>
    public bool IsNamespaceFolder { get; private init; }

    /// <summary>What is behind store and namespace: type, id, time, file, and the names of a path in it.</summary>
    public string[] Rest { get; private init; } = [];

    /// <summary>Whether the path leads to a file of a snapshot, or into one.</summary>
    public bool IsInFile => Rest.Length > 3;

    public static DrivePath Parse(string path)
    {
        string[] names = path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);
        List<string> namespaces = [];
        int at = 1;
        while (at + 1 < names.Length && names[at] == NamespaceFolder)
        {
            namespaces.Add(names[at + 1]);
            at += 2;
        }

        bool isFolder = at < names.Length && names[at] == NamespaceFolder;
        return new DrivePath(names) { Namespace = string.Join('/', namespaces), IsNamespaceFolder = isFolder, Rest = isFolder || names.Length <= at ? [] : names[at..] };
    }

    public DrivePath Below(string name) => Parse(string.Join('/', Names.Append(name)));

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
}
