using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Removal;

namespace PbsModule.Core.Features.Namespaces;

/// <summary>The plan of removing a namespace, in the order of listings.</summary>
public sealed class NamespaceRemovalPlan
{
    internal NamespaceRemovalPlan(
        BackupNamespace ns,
        bool deleteGroups,
        IReadOnlyList<BackupNamespace> namespaces,
        IReadOnlySet<BackupNamespace> kept,
        IReadOnlyList<GroupRemovalPlan> groups)
    {
        Namespace = ns;
        Agreed = new NamespaceAgreement(
            namespaces.ToHashSet(),
            groups.ToDictionary(group => (group.Identity.Namespace, group.Identity.Group), group => group.Agreed));
        DeleteGroups = deleteGroups;
        Namespaces = [.. namespaces.Select(each => each.Text)];
        Removed = [.. namespaces.Where(each => !kept.Contains(each)).Reverse().Select(each => each.Text)];
        Groups = groups;
    }

    /// <summary>Whether groups would be removed as well.</summary>
    public bool DeleteGroups { get; }

    /// <summary>The namespace itself first, then those below it.</summary>
    public IReadOnlyList<string> Namespaces { get; }

    /// <summary>The namespaces to remove, the deepest first: they will be empty.</summary>
    public IReadOnlyList<string> Removed { get; }

    /// <summary>The plan for each group in the namespaces; empty unless groups are removed as well.</summary>
    public IReadOnlyList<GroupRemovalPlan> Groups { get; }

    internal BackupNamespace Namespace { get; }

    internal NamespaceAgreement Agreed { get; }

    /// <summary>Summarizes the plan in one line.</summary>
    public override string ToString()
    {
        string namespaces = $"{Removed.Count} of {Namespaces.Count} namespaces";
        if (!DeleteGroups) return $"{namespaces}, no groups";
        int kept = Groups.Sum(group => group.Protected);
        return $"{namespaces}, {Groups.Count(group => group.Protected == 0)} of {Groups.Count} groups, "
            + $"{Groups.Sum(group => group.Snapshots.Count)} "
            + $"snapshots{(kept > 0 ? $", keep {kept} that are protected" : "")}";
    }
}
