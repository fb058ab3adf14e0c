using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Features.Archives;

/// <summary>
/// Lists the entries of one archive that match a query, each directory before its content. Damage is reported in its
/// place, and the listing continues.
/// </summary>
/// <param name="reader">The archive.</param>
/// <param name="archive">Name of the archive.</param>
/// <param name="query">Selects the entries.</param>
/// <param name="onDamage">Receives each failure to read, with its directory.</param>
internal sealed class ArchiveListing(
    PxarReader reader,
    string archive,
    CatalogQuery query,
    Action<ArchiveNode, PbsException> onDamage)
{
    /// <summary>Deeper directories are refused; no system can open such a long path.</summary>
    private const int DepthLimit = CatalogWalk.DepthLimit;

    /// <summary>
    /// Receives the number of entries of a directory that the client left out, because it could not read them.
    /// </summary>
    public Action<ArchiveNode, int>? OnLeftOut { get; init; }

    /// <summary>Paths that were found; complete once <see cref="Run"/> has ended.</summary>
    public HashSet<CatalogPath> Met { get; } = [];

    public IEnumerable<ArchiveNode> Run(CancellationToken cancellation)
    {
        var root = new ArchiveNode(archive, "/", reader.Root);
        return query.Paths.Count > 0 ? query.Paths.SelectMany(path => Resolve(root, path, 0, cancellation))
            : query.Archives.Count > 0 ? Below(root, query.Depth, 0, cancellation)
            : WithContent(root, query.Depth, 0, cancellation);
    }

    /// <summary>Describes entries that are missing from the archive.</summary>
    /// <param name="directory">The directory, with its snapshot and archive.</param>
    /// <param name="count">Number of missing entries.</param>
    public static ListingProblem LeftOut(string directory, int count)
    {
        string entries = count == 1 ? "1 entry is" : $"{count} entries are";
        return new(
            PbsErrorId.ArchiveInvalid,
            $"{directory}: {entries} not in the backup: the client could not read what was there",
            directory,
            ListingProblemKind.Warning);
    }

    /// <summary>Returns the entry at a literal path; null if there is none.</summary>
    /// <exception cref="PbsFormatException">The way to the entry is damaged.</exception>
    public static ArchiveNode? Find(PxarReader reader, string archive, CatalogPath path)
    {
        if (path.Parts.Count == 0) return new ArchiveNode(archive, "/", reader.Root);
        if (reader.FindInRoot(path.Parts[0].Literal) is not { } top) return null;
        ArchiveNode node = ArchiveNode.Top(archive, top);
        foreach (CatalogPathPart part in path.Parts.Skip(1))
        {
            if (!node.Entry.IsDirectory || reader.Find(node.Entry, part.Literal) is not { } found) return null;
            node = node.Below(found);
        }

        return node;
    }

    /// <summary>
    /// Whether a literal path leads to more than one entry, of which <see cref="Find"/> returns the first.
    /// </summary>
    public static bool IsAmbiguous(PxarReader reader, CatalogPath path)
    {
        if (path.Parts.Count == 0 || reader.FindInRoot(path.Parts[0].Literal) is not { } entry) return false;
        if (reader.IsRepeatedInRoot(path.Parts[0].Literal)) return true;
        foreach (CatalogPathPart part in path.Parts.Skip(1))
        {
            if (!entry.IsDirectory || reader.Find(entry, part.Literal) is not { } next) return false;
            if (reader.IsRepeated(entry, part.Literal)) return true;
            entry = next;
        }

        return false;
    }

    /// <summary>Describes a path that leads to more than one entry.</summary>
    /// <param name="path">The path, with its snapshot and archive.</param>
    public static ListingProblem Repeated(string path) =>
        new(
            PbsErrorId.ArchiveInvalid,
            $"{path}: the archive has more than one entry of that path, and only the first one is saved; "
                + "Get-PbsArchiveItem lists them all",
            path,
            ListingProblemKind.Warning);

    /// <summary>Lists everything in a directory, at any depth.</summary>
    public IEnumerable<ArchiveNode> Content(ArchiveNode directory, CancellationToken cancellation) =>
        Below(directory, int.MaxValue, 0, cancellation);

    private IEnumerable<ArchiveNode> Resolve(
        ArchiveNode place,
        CatalogPath path,
        int level,
        CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        if (level == path.Parts.Count)
        {
            Met.Add(path);
            bool isNamed = level == 0 || path.Parts[^1].Literal is not null;
            return isNamed && place.Entry.IsDirectory
                ? Below(place, query.Depth, level, cancellation)
                : WithContent(place, query.Depth, level, cancellation);
        }

        if (!place.Entry.IsDirectory) return [];
        CatalogPathPart part = path.Parts[level];
        if (part.Literal is not null)
        {
            return Named(place, part.Literal).SelectMany(entry =>
                Resolve(place.Below(entry), path, level + 1, cancellation));
        }

        return Children(place).Where(entry => part.Matches(entry.Name.Span)).SelectMany(entry =>
            Resolve(place.Below(entry), path, level + 1, cancellation));
    }

    private IEnumerable<ArchiveNode> WithContent(
        ArchiveNode place,
        int depth,
        int level,
        CancellationToken cancellation)
    {
        yield return place;
        if (depth == 0 || !place.Entry.IsDirectory) yield break;
        foreach (ArchiveNode node in Below(place, depth - 1, level, cancellation)) yield return node;
    }

    /// <summary>
    /// Lists the content of a directory, down to the depth of the query. It uses its own stack, because archives may be
    /// deep.
    /// </summary>
    private IEnumerable<ArchiveNode> Below(ArchiveNode place, int depth, int level, CancellationToken cancellation)
    {
        Stack<(ArchiveNode Directory, IEnumerator<PxarEntry> Children)> open = [];
        open.Push((place, Children(place).GetEnumerator()));
        while (open.TryPeek(out (ArchiveNode Directory, IEnumerator<PxarEntry> Children) top))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!top.Children.MoveNext())
            {
                open.Pop();
                continue;
            }

            ArchiveNode node = top.Directory.Below(top.Children.Current);
            yield return node;
            if (!node.Entry.IsDirectory || open.Count > depth) continue;
            if (open.Count + level >= DepthLimit)
            {
                onDamage(
                    node,
                    new PbsFormatException(
                        PbsErrorId.ArchiveInvalid,
                        $"directories are more than {DepthLimit} levels deep"));
            }
            else open.Push((node, Children(node).GetEnumerator()));
        }
    }

    private IEnumerable<PxarEntry> Children(ArchiveNode directory)
    {
        foreach (PxarChild child in reader.Children(directory.Entry))
        {
            if (child.Error is not null) onDamage(directory, child.Error);
            if (child.LeftOut > 0) OnLeftOut?.Invoke(directory, child.LeftOut);
            if (child.Entry is not null) yield return child.Entry;
        }
    }

    /// <summary>The entries of a name: one as a rule. An archive that has two of them shows both.</summary>
    private IEnumerable<PxarEntry> Named(ArchiveNode directory, byte[] name)
    {
        foreach (PxarChild child in reader.FindAll(directory.Entry, name))
        {
            if (child.Error is not null) onDamage(directory, child.Error);
            if (child.Entry is not null) yield return child.Entry;
        }
    }
}
