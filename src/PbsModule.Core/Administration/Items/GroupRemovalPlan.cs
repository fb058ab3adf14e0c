using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>What the removal of a group would remove.</summary>
public sealed class GroupRemovalPlan
{
    internal GroupRemovalPlan(GroupIdentity group, IEnumerable<long> removed, int kept)
    {
        Identity = group;
        Times = removed.ToHashSet();
        Snapshots = [.. Times.Order().Select(time => new SnapshotPath(group.Namespace, group.Group, time).ToString())];
        Protected = kept;
    }

    /// <summary>Its identity.</summary>
    public string Group => Identity.ToString();

    /// <summary>Identities of the snapshots that would go, the oldest first.</summary>
    public IReadOnlyList<string> Snapshots { get; }

    /// <summary>How many snapshots are protected and stay, and with them the group.</summary>
    public int Protected { get; }

    internal GroupIdentity Identity { get; }

    /// <summary>Times of <see cref="Snapshots"/>.</summary>
    internal IReadOnlySet<long> Times { get; }

    public override string ToString() => Group;
}
