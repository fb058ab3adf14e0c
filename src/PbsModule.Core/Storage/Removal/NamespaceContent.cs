using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Removal;

/// <summary>A group of a namespace that is to be removed.</summary>
/// <param name="Path">Type and id.</param>
/// <param name="Content">Its content; null where groups are not to be removed.</param>
internal sealed record NamespaceGroup(GroupPath Path, GroupContent? Content);

/// <summary>
/// A namespace that is to be removed, with everything that lies in its folder but the namespaces below.
/// </summary>
/// <param name="Namespace">The namespace.</param>
internal sealed record NamespaceContent(BackupNamespace Namespace)
{
    /// <summary>Its groups, in the order of listings.</summary>
    public List<NamespaceGroup> Groups { get; } = [];

    /// <summary>The backup types it has folders of, empty ones included.</summary>
    public List<BackupType> Types { get; } = [];

    /// <summary>Entries that are no part of a datastore, those in its groups included.</summary>
    public List<ForeignEntry> Foreign { get; } = [];

    /// <summary>The namespaces that stay when those given are removed, each with the ones it lies in.</summary>
    /// <param name="all">A namespace and all below it, parents first.</param>
    /// <param name="deleteGroups">Whether groups are removed as well.</param>
    public static HashSet<BackupNamespace> Kept(IReadOnlyList<NamespaceContent> all, bool deleteGroups)
    {
        HashSet<BackupNamespace> kept = [];
        for (int i = all.Count - 1; i >= 0; i--)
        {
            NamespaceContent each = all[i];
            bool stays = each.Foreign.Count > 0
                || (deleteGroups ? each.Groups.Any(group => group.Content!.Protected > 0) : each.Types.Count > 0);
            if (stays) kept.Add(each.Namespace);
            if (i > 0 && kept.Contains(each.Namespace)) kept.Add(each.Namespace.Parent!);
        }

        return kept;
    }

    /// <summary>
    /// Refuses the removal of namespaces with their groups where they hold what is no part of a datastore.
    /// </summary>
    /// <exception cref="PbsConflictException">They do.</exception>
    public static void DemandNothingForeign(Datastore store, IReadOnlyList<NamespaceContent> all)
    {
        ForeignEntry[] foreign = [.. all.SelectMany(static each => each.Foreign)];
        if (foreign.Length == 0) return;
        throw ForeignEntry.Refusal($"namespace '{all[0].Namespace}'", store.PathOf(all[0].Namespace), foreign);
    }
}

/// <summary>
/// Reads a namespace and everything below it for a removal. Unlike a listing it accounts for every entry, and what
/// cannot be read ends it: nobody would know what the removal takes.
/// </summary>
/// <param name="store">The datastore.</param>
/// <param name="withGroups">Whether groups are looked into.</param>
internal sealed class NamespaceContentReader(Datastore store, bool withGroups)
{
    private const string MountPoint = "a mount point";

    private readonly GroupWalk _groups = new();
    private readonly List<NamespaceContent> _all = [];

    /// <summary>The namespace and those below it, parents first, names ordinal.</summary>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsException">Something cannot be listed.</exception>
    public IReadOnlyList<NamespaceContent> Read(BackupNamespace ns, CancellationToken cancellation)
    {
        using NamespaceFolder folder = NamespaceFolder.Open(store, ns);
        Add(folder, cancellation);
        return _all;
    }

    private void Add(NamespaceFolder ns, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var content = new NamespaceContent(ns.Namespace);
        _all.Add(content);
        if (ns.Folder.IsMountPoint("."u8)) content.Foreign.Add(new ForeignEntry(ns.Path, MountPoint));
        Entry[] entries = List(ns.Folder, ns.Path);
        foreach (BackupType type in BackupTypeText.All)
        {
            bool hasFolder = entries.Any(entry => entry.IsFolder && entry.Name == type.Text());
            if (hasFolder) AddGroups(ns, type, content, cancellation);
        }

        bool hasNamespaces = false;
        foreach (Entry entry in entries)
        {
            if (entry.IsFolder && BackupTypeText.TryParse(entry.Name, out _)) continue;
            if (entry.IsFolder && entry.Name == Datastore.NamespaceFolder) hasNamespaces = true;
            else content.Foreign.Add(entry.AsForeign(ns.Path));
        }

        if (hasNamespaces) AddNamespaces(ns, content, cancellation);
    }

    private void AddGroups(NamespaceFolder ns, BackupType type, NamespaceContent content,
        CancellationToken cancellation)
    {
        string path = Path.Combine(ns.Path, type.Text());
        if (Open(ns.Folder, type.Text(), path) is not { } opened) return;
        using Folder folder = opened;
        content.Types.Add(type);
        List<string> ids = [];
        foreach (Entry entry in List(folder, path))
        {
            if (entry.IsFolder && BackupId.IsValid(entry.Name)) ids.Add(entry.Name);
            else content.Foreign.Add(entry.AsForeign(path));
        }

        ids.Sort(BackupId.Compare);
        foreach (string id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Read(ns, new GroupPath(type, id)) is not { } group) continue;
            content.Groups.Add(group);
            if (group.Content is not null) content.Foreign.AddRange(group.Content.Foreign);
        }
    }

    private NamespaceGroup? Read(NamespaceFolder ns, GroupPath path)
    {
        if (!withGroups) return new NamespaceGroup(path, null);
        try
        {
            using GroupFolder group = _groups.Open(ns, path);
            return new NamespaceGroup(path, GroupContent.Read(group));
        }
        catch (PbsNotFoundException)
        {
            // It has vanished since it was listed.
            return null;
        }
    }

    private void AddNamespaces(NamespaceFolder ns, NamespaceContent content, CancellationToken cancellation)
    {
        string path = Path.Combine(ns.Path, Datastore.NamespaceFolder);
        if (Open(ns.Folder, Datastore.NamespaceFolder, path) is not { } opened) return;
        using Folder folder = opened;
        if (ns.Folder.IsMountPoint("ns"u8)) content.Foreign.Add(new ForeignEntry(path, MountPoint));
        List<string> names = [];
        foreach (Entry entry in List(folder, path))
        {
            if (entry.IsFolder && ns.Namespace.TryAppend(entry.Name, out _, out _)) names.Add(entry.Name);
            else content.Foreign.Add(entry.AsForeign(path));
        }

        names.Sort(StringComparer.Ordinal);
        foreach (string name in names)
        {
            if (Open(folder, name, Path.Combine(path, name)) is not { } child) continue;
            using var below = new NamespaceFolder(store, ns.Namespace.Append(name), child);
            Add(below, cancellation);
        }
    }

    /// <summary>Null where it has vanished since it was listed.</summary>
    private static Folder? Open(Folder parent, string name, string path)
    {
        Folder? folder = null;
        int error = parent.OpenFolder(System.Text.Encoding.UTF8.GetBytes(name), ref folder);
        return error is 0 or OsError.ENOENT ? folder : throw WalkProblem.Unreadable(error, path)!.Exception!;
    }

    private static Entry[] List(Folder folder, string path)
    {
        var entries = new EntryList();
        int error = folder.List(entries);
        if (error is not (0 or OsError.ENOENT)) throw WalkProblem.Unreadable(error, path)!.Exception!;
        var found = new Entry[entries.Count];
        for (int i = 0; i < found.Length; i++)
        {
            string name = entries.Text(i, out bool isText);
            found[i] = new Entry(name, entries.Kind(i), isText, folder.IsMountPoint(entries.Name(i)));
        }

        return found;
    }

    private readonly record struct Entry(string Name, EntryKind Kind, bool IsText, bool IsMountPoint)
    {
        /// <summary>A folder that may belong to the datastore, by its name.</summary>
        public bool IsFolder => Kind == EntryKind.Folder && IsText && !IsMountPoint;

        public ForeignEntry AsForeign(string folder) =>
            new(Path.Combine(folder, Name), IsMountPoint ? MountPoint
                : ForeignEntry.Describe(Kind) + (IsText ? "" : " whose name is not UTF-8"));
    }
}
