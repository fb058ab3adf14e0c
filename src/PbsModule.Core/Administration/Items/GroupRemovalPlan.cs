using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>What the removal of a group would remove.</summary>
public sealed class GroupRemovalPlan
{
    private GroupRemovalPlan(GroupIdentity group, IEnumerable<long> removed, int kept)
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

    /// <summary>How many snapshots are protected and stay, and with them the group; also folders with the marker that are no snapshots.</summary>
    public int Protected { get; }

    internal GroupIdentity Identity { get; }

    /// <summary>Times of <see cref="Snapshots"/>.</summary>
    internal IReadOnlySet<long> Times { get; }

    /// <exception cref="PbsException">Its snapshots cannot be listed.</exception>
    internal static GroupRemovalPlan Of(GroupIdentity identity, GroupFolder group) =>
        new(identity, SnapshotRemoval.TimesOf(group).Where(time => !group.IsProtected(time)).Select(time => time.Time), SnapshotRemoval.CountProtected(group));

    public override string ToString() => Group;
}
