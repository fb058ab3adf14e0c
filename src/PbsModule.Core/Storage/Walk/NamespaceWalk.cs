using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>Namespaces from a start downwards: the start first, parents before children, names ordinal.</summary>
internal sealed class NamespaceWalk
{
    private readonly EntryList _entries = new();

    private NamespaceWalk()
    {
    }

    /// <summary>A namespace's folder is open until the walk is asked for the next step.</summary>
    /// <param name="store">The datastore.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="depth">Levels below the start; PBS's limit of seven in all holds anyway.</param>
    /// <exception cref="PbsNotFoundException">The start is not there.</exception>
    public static IEnumerable<NamespaceStep> Run(Datastore store, BackupNamespace start, int depth)
    {
        var walk = new NamespaceWalk();
        using NamespaceFolder folder = NamespaceFolder.Open(store, start);
        foreach (NamespaceStep step in walk.Below(folder, Math.Min(depth, BackupNamespace.MaxDepth - start.Depth)))
        {
            yield return step;
        }

        if (WalkProblem.Lost(store) is { } lost) yield return new NamespaceStep(start, lost);
    }

    private IEnumerable<NamespaceStep> Below(NamespaceFolder current, int depth)
    {
        yield return new NamespaceStep(current);
        if (depth <= 0) yield break;
        Folder? opened = null;
        string path = Path.Combine(current.Path, Datastore.NamespaceFolder);
        if (Open(current.Folder, Datastore.NamespaceFolder, ref opened, path) is { } refused)
        {
            yield return new NamespaceStep(current.Namespace, refused);
        }

        if (opened is null) yield break;
        using Folder children = opened;
        (List<string> names, List<ListingProblem> problems) = Names(current, children, path);
        foreach (ListingProblem problem in problems) yield return new NamespaceStep(current.Namespace, problem);
        foreach (string name in names)
        {
            BackupNamespace ns = current.Namespace.Append(name);
            Folder? child = null;
            if (Open(children, name, ref child, Path.Combine(path, name)) is { } problem)
            {
                yield return new NamespaceStep(current.Namespace, problem);
            }

            if (child is null) continue;
            using var folder = new NamespaceFolder(current.Store, ns, child);
            foreach (NamespaceStep step in Below(folder, depth - 1)) yield return step;
        }
    }

    private (List<string> Names, List<ListingProblem> Problems) Names(
        NamespaceFolder parent,
        Folder folder,
        string path)
    {
        List<string> names = [];
        List<ListingProblem> problems = [];
        int error = folder.List(_entries);
        if (error != 0)
        {
            if (WalkProblem.Unreadable(error, path) is { } problem) problems.Add(problem);
            return (names, problems);
        }

        for (int i = 0; i < _entries.Count; i++)
        {
            EntryKind kind = _entries.Kind(i);
            if (kind is not (EntryKind.Folder or EntryKind.Link)) continue;
            string name = _entries.Text(i, out bool isText);
            string? refusal = null;
            if (!isText) refusal = "the name is no UTF-8";
            else if (parent.Namespace.TryAppend(name, out _, out string? reason)) names.Add(name);
            else refusal = reason;
            if (refusal is not null) problems.Add(Invalid(Path.Combine(path, name), refusal));
        }

        names.Sort(StringComparer.Ordinal);
        return (names, problems);
    }

    private static ListingProblem Invalid(string path, string reason) =>
        new(
            PbsErrorId.ForeignName,
            $"{PathText.Quote(path)} is not a namespace - {reason}",
            path,
            ListingProblemKind.Warning);

    private static ListingProblem? Open(Folder parent, string name, ref Folder? child, string path)
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(name);
        int error = parent.OpenFolder(bytes, ref child);
        return error switch
        {
            0 or OsError.ENOENT => null,
            OsError.ENOTDIR or OsError.ELOOP =>
                parent.KindOf(bytes, out EntryKind kind) == 0 && kind == EntryKind.Link
                    ? WalkProblem.Link(path, "namespace")
                    : null,
            _ => WalkProblem.Unreadable(error, path),
        };
    }
}
