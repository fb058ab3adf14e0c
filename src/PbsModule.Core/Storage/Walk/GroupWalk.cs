using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>Groups of a namespace by type and id, a type folder at a time. For one thread at a time.</summary>
internal sealed class GroupWalk
{
    private readonly EntryList _entries = new();
    private readonly OwnerReader _owners = new();

    /// <summary>
    /// The groups of a namespace; each is open, with its owner read, and the receiver disposes of it.
    /// </summary>
    /// <param name="ns">Open namespace.</param>
    /// <param name="types">Which types; none means all.</param>
    /// <param name="wanted">Which ids.</param>
    public IEnumerable<WalkStep<GroupFolder>> Run(
        NamespaceFolder ns,
        IReadOnlyList<BackupType> types,
        Func<string, bool> wanted)
    {
        foreach (BackupType type in BackupTypeText.All)
        {
            if (types.Count > 0 && !types.Contains(type)) continue;
            string path = Path.Combine(ns.Path, type.Text());
            Folder? opened = null;
            if (OpenType(ns, type, ref opened) is { } refused) yield return refused;
            if (opened is null) continue;
            using Folder folder = opened;
            (List<string> ids, List<ListingProblem> problems) = Ids(folder, path, wanted);
            foreach (ListingProblem problem in problems) yield return problem;
            foreach (string id in ids)
            {
                GroupFolder? group = Open(ns, folder, new GroupPath(type, id), out ListingProblem? problem);
                if (problem is not null) yield return problem;
                if (group is not null) yield return group;
            }
        }

        if (WalkProblem.Lost(ns.Store) is { } lost) yield return lost;
    }

    /// <summary>Opens one group.</summary>
    /// <exception cref="PbsNotFoundException">It is not there.</exception>
    /// <exception cref="PbsConflictException">A symbolic link is in its place.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public GroupFolder Open(NamespaceFolder ns, GroupPath path)
    {
        Folder? type = null;
        ListingProblem? problem = OpenType(ns, path.Type, ref type);
        GroupFolder? group = null;
        if (type is not null)
        {
            using Folder folder = type;
            group = Open(ns, folder, path, out problem);
            if (group is not null && !folder.IsSpelled(Encoding.ASCII.GetBytes(path.Id)))
            {
                group.Dispose();
                group = null;
            }
        }

        if (group is not null) return group;
        if (problem is null) throw ns.Store.WhyLost() ?? NotFound(ns, path);
        throw problem.Exception ?? new PbsConflictException(problem.ErrorId, problem.Message, problem.Target);
    }

    /// <summary>The answer about a group that is not there, or that the caller may not know of.</summary>
    public static PbsNotFoundException NotFound(NamespaceFolder ns, GroupPath path) => new(
        PbsErrorId.GroupNotFound,
        $"there is no group '{path}' in {ns.Store.Describe(ns.Namespace)}",
        Path.Combine(ns.Path, path.Type.Text(), path.Id));

    private static ListingProblem? OpenType(NamespaceFolder ns, BackupType type, ref Folder? folder)
    {
        ReadOnlySpan<byte> name = type switch { BackupType.Ct => "ct"u8, BackupType.Host => "host"u8, _ => "vm"u8 };
        return Problem(
            ns.Folder,
            name,
            ns.Folder.OpenFolder(name, ref folder),
            Path.Combine(ns.Path, type.Text()),
            "backup type");
    }

    private GroupFolder? Open(NamespaceFolder ns, Folder type, GroupPath path, out ListingProblem? problem)
    {
        Span<byte> name = stackalloc byte[256];
        problem = null;
        if (path.Id.Length >= name.Length) return null;
        name = name[..Encoding.ASCII.GetBytes(path.Id, name)];
        Folder? folder = null;
        int error = type.OpenFolder(name, ref folder);
        if (error != 0)
        {
            problem = Problem(type, name, error, Path.Combine(ns.Path, path.Type.Text(), path.Id), "group");
            return null;
        }

        var group = new GroupFolder(ns.Store, ns.Namespace, path, folder!);
        _owners.Read(group);
        return group;
    }

    private (List<string> Ids, List<ListingProblem> Problems) Ids(Folder folder, string path, Func<string, bool> wanted)
    {
        List<string> ids = [];
        List<ListingProblem> problems = [];
        int error = folder.List(_entries);
        if (error != 0)
        {
            if (WalkProblem.Unreadable(error, path) is { } problem) problems.Add(problem);
            return (ids, problems);
        }

        for (int i = 0; i < _entries.Count; i++)
        {
            EntryKind kind = _entries.Kind(i);
            if (kind is not (EntryKind.Folder or EntryKind.Link)) continue;
            string id = _entries.Text(i, out bool isText);
            if (!isText || !BackupId.IsValid(id)) problems.Add(WalkProblem.Foreign(Path.Combine(path, id), "group"));
            else if (!wanted(id)) continue;
            else if (kind == EntryKind.Link) problems.Add(WalkProblem.Link(Path.Combine(path, id), "group"));
            else ids.Add(id);
        }

        ids.Sort(BackupId.Compare);
        return (ids, problems);
    }

    /// <summary>
    /// What an open that failed means: nothing where the folder is not there, a refusal where it is a link.
    /// </summary>
    private static ListingProblem? Problem(
        Folder parent,
        ReadOnlySpan<byte> name,
        int error,
        string path,
        string what) => error switch
    {
        0 or OsError.ENOENT => null,
        OsError.ENOTDIR or OsError.ELOOP =>
            parent.KindOf(name, out EntryKind kind) == 0 && kind == EntryKind.Link
                ? WalkProblem.Link(path, what)
                : null,
        _ => WalkProblem.Unreadable(error, path),
    };
}
