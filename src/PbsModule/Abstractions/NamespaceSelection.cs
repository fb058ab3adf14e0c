using System.Management.Automation;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>Which namespaces of a store <c>-Namespace</c> means.</summary>
internal static class NamespaceSelection
{
    /// <param name="session">Lists namespaces where a text has wildcards.</param>
    /// <param name="store">The store.</param>
    /// <param name="texts">Literals are not checked to exist; null is the root.</param>
    /// <param name="recurse">True when everything below will be walked anyway: then what lies below another match is left out.</param>
    /// <param name="cancellation">Ends the listing.</param>
    public static IReadOnlyList<BackupNamespace> In(PbsSession session, DatastoreContext store, string[]? texts, bool recurse, CancellationToken cancellation)
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
            IEnumerable<NamespaceInfo> all = session.GetNamespaces(store, new NamespaceQuery { Recurse = true }, static _ => { }, cancellation);
            chosen.AddRange(all.Where(ns => filter.Matches(ns.Namespace)).Select(ns => ((INamespaceItem)ns).Location));
        }

        IEnumerable<BackupNamespace> distinct = chosen.Distinct();
        return [.. recurse ? distinct.Where(ns => !HasAncestorIn(ns, chosen)) : distinct];
    }

    private static bool HasAncestorIn(BackupNamespace ns, List<BackupNamespace> chosen)
    {
        for (BackupNamespace? above = ns.Parent; above is not null; above = above.Parent)
        {
            if (chosen.Contains(above)) return true;
        }

        return false;
    }
}
