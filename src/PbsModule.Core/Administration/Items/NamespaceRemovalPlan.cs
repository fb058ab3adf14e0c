using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>What the removal of a namespace with its groups would remove, in the order of listings.</summary>
public sealed class NamespaceRemovalPlan
{
    private readonly List<string> _namespaces = [];
    private readonly List<PlannedGroupRemoval> _groups = [];

    internal NamespaceRemovalPlan()
    {
    }

    /// <summary>The namespace itself first, then those below it.</summary>
    public IReadOnlyList<string> Namespaces => _namespaces;

    public IReadOnlyList<PlannedGroupRemoval> Groups => _groups;

    internal void Add(BackupNamespace ns) => _namespaces.Add(ns.Text);

    internal void Add(PlannedGroupRemoval group) => _groups.Add(group);
}

/// <summary>What would become of a group.</summary>
public sealed class PlannedGroupRemoval
{
    internal PlannedGroupRemoval(GroupIdentity group, int snapshots, int kept)
    {
        Group = group.ToString();
        Snapshots = snapshots;
        Protected = kept;
    }

    /// <summary>Its identity.</summary>
    public string Group { get; }

    /// <summary>All of its snapshots.</summary>
    public int Snapshots { get; }

    /// <summary>How many of them are protected and stay.</summary>
    public int Protected { get; }

    public override string ToString() => Group;
}
