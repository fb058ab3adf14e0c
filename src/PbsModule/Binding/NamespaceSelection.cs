using System.Management.Automation;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>Selects the namespaces of a store that <c>-Namespace</c> names.</summary>
internal static class NamespaceSelection
{
    /// <summary>Returns the named namespaces, each once.</summary>
    /// <param name="engine">Lists namespaces for a text with wildcards.</param>
    /// <param name="store">The store.</param>
    /// <param name="texts">
    /// Texts of the parameter; literals are not checked for existence, and null is the root.
    /// </param>
    /// <param name="cancellation">Ends the listing.</param>
    public static IReadOnlyList<BackupNamespace> In(
        PbsEngine engine,
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
                engine,
                store,
                BackupNamespace.Root,
                BackupNamespace.MaxDepth,
                cancellation).Where(ns => filter.Matches(ns.Text)));
        }

        return [.. chosen.Distinct()];
    }

    /// <summary>Returns start namespaces and depths for walks that visit each selected namespace once.</summary>
    /// <param name="engine">Lists namespaces for a text with wildcards, or if the walks would overlap.</param>
    /// <param name="store">The store.</param>
    /// <param name="texts">As for <see cref="In"/>.</param>
    /// <param name="depth">Levels below each.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public static IEnumerable<(BackupNamespace Start, int Depth)> Walks(
        PbsEngine engine,
        DatastoreContext store,
        string[]? texts,
        int depth,
        CancellationToken cancellation)
    {
        IReadOnlyList<BackupNamespace> chosen = In(engine, store, texts, cancellation);
        if (depth >= BackupNamespace.MaxDepth)
        {
            return chosen.Where(ns => !HasAncestorIn(ns, chosen)).Select(ns => (ns, depth));
        }

        if (depth == 0 || !chosen.Any(ns => HasAncestorIn(ns, chosen))) return chosen.Select(ns => (ns, depth));
        return chosen.SelectMany(ns => Below(engine, store, ns, depth, cancellation)).Distinct().Select(ns =>
            (ns, 0)).ToArray();
    }

    /// <summary>
    /// Whether texts include a namespace: by its name, or by that of a namespace above within the levels.
    /// </summary>
    /// <param name="texts">Texts with wildcards; null includes every namespace.</param>
    /// <param name="levels">Number of levels below the named namespaces.</param>
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

    /// <summary>Refuses an object or identity of a namespace that <c>-Namespace</c> does not name.</summary>
    /// <param name="texts">Named namespaces; null for none.</param>
    /// <param name="levels">Number of levels below the named namespaces.</param>
    /// <param name="ns">The namespace of the object or identity.</param>
    /// <param name="name">The object or identity, for messages.</param>
    /// <exception cref="PbsArgumentException">The namespace is not named.</exception>
    public static void Demand(string[]? texts, int levels, BackupNamespace ns, string name)
    {
        if (Includes(texts, levels, ns)) return;
        string own = ns.IsRoot ? "the root namespace" : $"namespace '{ns}'";
        throw new PbsArgumentException(
            PbsErrorId.NamespaceMismatch,
            $"'{name}' lies in {own}, not in '{string.Join("', '", texts!)}'", name);
    }

    private static IEnumerable<BackupNamespace> Below(
        PbsEngine engine,
        DatastoreContext store,
        BackupNamespace start,
        int depth,
        CancellationToken cancellation)
    {
        try
        {
            return [.. Listed(engine, store, start, depth, cancellation)];
        }
        catch (PbsException)
        {
            // The walk reports why it cannot be read.
            return [start];
        }
    }

    private static IEnumerable<BackupNamespace> Listed(
        PbsEngine engine,
        DatastoreContext store,
        BackupNamespace start,
        int depth,
        CancellationToken cancellation) =>
        engine.Namespaces.List(store, new NamespaceQuery
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
