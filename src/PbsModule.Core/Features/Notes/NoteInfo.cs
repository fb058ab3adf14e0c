using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Notes;

/// <summary>The notes of a snapshot or of a group. Its text is the identity of the snapshot or group.</summary>
public sealed class NoteInfo : IGroupItem
{
    private readonly GroupIdentity _group;
    private readonly long? _time;

    internal NoteInfo(GroupIdentity group, long? time, string text)
    {
        _group = group;
        _time = time;
        Text = text;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>Time of the snapshot, UTC; null for the notes of a group.</summary>
    public DateTimeOffset? BackupTime => _time is long seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <summary>The whole text; empty if there are no notes.</summary>
    public string Text { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    public override string ToString() => _time is long seconds
        ? new SnapshotPath(_group.Namespace, _group.Group, seconds).ToString()
        : _group.ToString();
}
