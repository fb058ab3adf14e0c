using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Features.Compare;

/// <summary>
/// Compares an archive in two catalogs, directory by directory; only the entries of the directories on the current path
/// are in memory. A file counts as changed if its size or modification time differs, other entries if their type
/// differs. A catalog that refers to the same table repeatedly is refused once it yields more entries than it has room
/// for, because a small one could expand without limit. For one run.
/// </summary>
internal sealed class CatalogComparison(
    CatalogReader reference,
    CatalogReader catalog,
    string archive,
    CancellationToken cancellation)
{
    private long _left = reference.MostEntries + catalog.MostEntries;

    /// <summary>Returns the differences by path, names in ordinal order, each directory before its content.</summary>
    /// <param name="before">The archive in the reference catalog.</param>
    /// <param name="now">The archive in the other catalog.</param>
    /// <exception cref="PbsFormatException">A catalog is damaged; all results before are correct.</exception>
    public IEnumerable<SnapshotDifference> Run(CatalogEntry before, CatalogEntry now)
    {
        var open = new Stack<IEnumerator<Pair>>();
        open.Push(Pairs(before, now, "").GetEnumerator());
        while (open.TryPeek(out IEnumerator<Pair>? pairs))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!pairs.MoveNext())
            {
                open.Pop();
                continue;
            }

            Pair pair = pairs.Current;
            CatalogNode? old = NodeOf(pair.Before, pair.Path), item = NodeOf(pair.Now, pair.Path);
            if (Differs(old, item)) yield return SnapshotDifference.Of(old, item);
            CatalogEntry? left = pair.Before is { IsDirectory: true } ? pair.Before : null, right =
                pair.Now is { IsDirectory: true } ? pair.Now : null;
            if (left is null && right is null) continue;
            if (open.Count > CatalogWalk.DepthLimit)
            {
                throw new PbsFormatException(
                    PbsErrorId.CatalogInvalid,
                    $"directories are more than {CatalogWalk.DepthLimit} levels deep");
            }

            open.Push(Pairs(left, right, pair.Path).GetEnumerator());
        }
    }

    private static bool Differs(CatalogNode? old, CatalogNode? item) =>
        old is null || item is null || old.Type != item.Type
        || (item.Type == CatalogEntryType.File
            && (old.RawSize != item.RawSize || old.ModificationTime != item.ModificationTime));

    private SortedDictionary<string, Pair>.ValueCollection Pairs(CatalogEntry? before, CatalogEntry? now, string path)
    {
        var names = new SortedDictionary<string, Pair>(StringComparer.Ordinal);
        foreach (CatalogEntry entry in before is null ? [] : reference.List(before))
        {
            Count(before!);
            string name = EscapedName.Format(entry.Name.Span);
            names.TryAdd(name, new Pair($"{path}/{name}", entry, null));
        }

        foreach (CatalogEntry entry in now is null ? [] : catalog.List(now))
        {
            Count(now!);
            string name = EscapedName.Format(entry.Name.Span);

            // Of two entries with one name the first counts, as everywhere.
            if (!names.TryGetValue(name, out Pair? known)) names.Add(name, new Pair($"{path}/{name}", null, entry));
            else if (known.Now is null) names[name] = known with { Now = entry };
        }

        return names.Values;
    }

    private void Count(CatalogEntry directory)
    {
        if (_left-- == 0)
        {
            throw new PbsFormatException(PbsErrorId.CatalogInvalid, "a directory comes twice", directory.ChildStart);
        }
    }

    private CatalogNode? NodeOf(CatalogEntry? entry, string path) =>
        entry is null ? null : new CatalogNode(archive, path, entry.Type, entry.Size, entry.ModificationTime);

    private sealed record Pair(string Path, CatalogEntry? Before, CatalogEntry? Now);
}
