using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// A backup group. Its text is its identity, <c>ns/a/vm/100</c>. Source: pbs-api-types GroupListItem.
/// </summary>
public sealed class GroupInfo : IGroupItem, IComparable<GroupInfo>, IComparable
{
    private readonly GroupIdentity _group;

    internal GroupInfo(GroupIdentity group) => _group = group;

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>
    /// Time of the newest finished snapshot, or of the newest if none is finished, UTC; null for an empty group.
    /// </summary>
    public DateTimeOffset? LastBackup { get; internal init; }

    /// <summary>Snapshots in the group, finished or not.</summary>
    public int BackupCount { get; internal init; }

    /// <summary>Names of the files of <see cref="LastBackup"/>.</summary>
    public FileNameList Files { get; internal init; } = FileNameList.Empty;

    /// <summary>The owner; null if the owner file cannot be read.</summary>
    public string? Owner { get; internal init; }

    /// <summary>First line of the group's notes, without its line end; null if there are no notes.</summary>
    public string? Comment { get; internal init; }

    /// <summary>The problem with the group; null for a healthy one.</summary>
    public string? Problem { get; internal init; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    public int CompareTo(GroupInfo? other) => other is null ? 1 : _group.CompareTo(other._group);

    int IComparable.CompareTo(object? obj) => CompareTo(obj as GroupInfo);

    public override string ToString() => _group.ToString();
}
