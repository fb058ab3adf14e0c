using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;

namespace PbsModule.Core.Features.Removal;

/// <summary>The plan of removing a group.</summary>
public sealed class GroupRemovalPlan
{
    internal GroupRemovalPlan(GroupIdentity group, GroupContent content)
    {
        Identity = group;
        Agreed = content.Snapshots.Where(snapshot => !snapshot.IsProtected)
            .ToDictionary(snapshot => snapshot.Folder.Time, snapshot => snapshot.State);
        IEnumerable<SnapshotPath> paths =
            Agreed.Keys.Order().Select(time => new SnapshotPath(group.Namespace, group.Group, time));
        Snapshots = [.. paths.Select(path => path.ToString())];
        Protected = content.Protected;
        Leftovers = Protected > 0 ? []
            : [.. content.Leftovers.Order(StringComparer.Ordinal).Select(name => $"{group}/{name}")];
    }

    /// <summary>The group's identity.</summary>
    public string Group => Identity.ToString();

    /// <summary>Identities of the snapshots to remove, the oldest first.</summary>
    public IReadOnlyList<string> Snapshots { get; }

    /// <summary>Number of protected snapshots. They and the group are kept.</summary>
    public int Protected { get; }

    /// <summary>
    /// Temporary files left by interrupted changes of owner or notes, removed with the group:
    /// <c>vm/100/notes.tmp_XXXXXX</c>.
    /// </summary>
    public IReadOnlyList<string> Leftovers { get; }

    internal GroupIdentity Identity { get; }

    /// <summary>The state of each of <see cref="Snapshots"/>, by time.</summary>
    internal IReadOnlyDictionary<long, SnapshotState> Agreed { get; }

    /// <exception cref="PbsConflictException">The group contains foreign files or folders.</exception>
    /// <exception cref="PbsException">The group's snapshots cannot be listed.</exception>
    internal static GroupRemovalPlan Of(GroupIdentity identity, GroupFolder group)
    {
        GroupContent content = GroupContent.Read(group);
        content.DemandNothingForeign(group);
        return new GroupRemovalPlan(identity, content);
    }

    public override string ToString() => Group;
}
