using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>Which namespaces of a store <c>-Namespace</c> means.</summary>
internal static class NamespaceSelection
{
    /// <summary>The namespaces that texts name, each once.</summary>
    /// <param name="session">Lists namespaces where a text has wildcards.</param>
    /// <param name="store">The store.</param>
    /// <param name="texts">Literals are not checked to exist; null is the root.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public static IReadOnlyList<BackupNamespace> In(
        PbsSession session,
        DatastoreContext store,
        string[]? texts,
        CancellationToken cancellation)
    {
        List<BackupNamespace> chosen = [];
        foreach (string text in texts ?? [""])
        {
            if (!WildcardPattern.ContainsWildcardCharacters(text))
            {
                chosen.Add(BackupNamespace.Parse(text));
                continue;
            }

            NameFilter filter = NameFilters.From(text);
            chosen.AddRange(Listed(
                session,
                store,
                BackupNamespace.Root,
                BackupNamespace.MaxDepth,
                cancellation).Where(ns => filter.Matches(ns.Text)));
        }

        return [.. chosen.Distinct()];
    }

    /// <summary>Where to walk from, and how deep, so that each namespace that is meant is met once.</summary>
    /// <param name="session">Lists namespaces where a text has wildcards, or where what lies below the one reaches into
    /// the other.</param>
    /// <param name="store">The store.</param>
    /// <param name="texts">As for <see cref="In"/>.</param>
    /// <param name="depth">Levels below each.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public static IEnumerable<(BackupNamespace Start, int Depth)> Walks(
        PbsSession session,
        DatastoreContext store,
        string[]? texts,
        int depth,
        CancellationToken cancellation)
    {
        IReadOnlyList<BackupNamespace> chosen = In(session, store, texts, cancellation);
        if (depth >= BackupNamespace.MaxDepth)
        {
            return chosen.Where(ns => !HasAncestorIn(ns, chosen)).Select(ns => (ns, depth));
        }

        if (depth == 0 || !chosen.Any(ns => HasAncestorIn(ns, chosen))) return chosen.Select(ns => (ns, depth));
        return chosen.SelectMany(ns => Below(session, store, ns, depth, cancellation)).Distinct().Select(ns =>
            (ns, 0)).ToArray();
    }

    /// <summary>Whether texts name a namespace, or one above it from where the levels below reach it.</summary>
    /// <param name="texts">Wildcards allowed; null names every one.</param>
    /// <param name="levels">Levels below those that are named.</param>
    /// <param name="ns">The namespace.</param>
    public static bool Includes(string[]? texts, int levels, BackupNamespace ns)
    {
        if (texts is null) return true;
        BackupNamespace? above = ns;
        for (int level = 0; level <= levels && above is not null; level++, above = above.Parent)
        {
            string text = above.Text;
            if (texts.Any(each => WildcardPattern.ContainsWildcardCharacters(each)
                ? NameFilters.From(each).Matches(text)
                : BackupNamespace.Parse(each).Equals(above))) return true;
        }

        return false;
    }

    /// <summary>Refuses an object or identity of another namespace than those that <c>-Namespace</c> names.</summary>
    /// <param name="texts">The namespaces named; null for none.</param>
    /// <param name="levels">Levels below those that are named.</param>
    /// <param name="ns">The namespace of the object or identity.</param>
    /// <param name="name">The object or identity, for messages.</param>
    /// <exception cref="PbsArgumentException">It is another namespace.</exception>
    public static void Demand(string[]? texts, int levels, BackupNamespace ns, string name)
    {
        if (Includes(texts, levels, ns)) return;
        string own = ns.IsRoot ? "the root namespace" : $"namespace '{ns}'";
        throw new PbsArgumentException(
            PbsErrorId.NamespaceMismatch,
            $"'{name}' lies in {own}, not in '{string.Join("', '", texts!)}'", name);
    }

    private static IEnumerable<BackupNamespace> Below(
        PbsSession session,
        DatastoreContext store,
        BackupNamespace start,
        int depth,
        CancellationToken cancellation)
    {
        try
        {
            return [.. Listed(session, store, start, depth, cancellation)];
        }
        catch (PbsException)
        {
            // Whoever walks it is told why it cannot be.
            return [start];
        }
    }

    private static IEnumerable<BackupNamespace> Listed(
        PbsSession session,
        DatastoreContext store,
        BackupNamespace start,
        int depth,
        CancellationToken cancellation) =>
        session.GetNamespaces(store, new NamespaceQuery
        {
            Namespace = start,
            Depth = depth,
        }, static _ => { }, cancellation).Select(ns => ((INamespaceItem)ns).Location);

    private static bool HasAncestorIn(BackupNamespace ns, IReadOnlyList<BackupNamespace> chosen)
    {
        for (BackupNamespace? above = ns.Parent; above is not null; above = above.Parent)
        {
            if (chosen.Contains(above)) return true;
        }

        return false;
    }
}
