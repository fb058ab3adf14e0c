using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Listing;

/// <summary>
/// A snapshot. Its text is its identity, <c>ns/a/vm/100/2024-05-01T10:00:00Z</c>. Source: pbs-api-types
/// SnapshotListItem.
/// </summary>
public sealed class SnapshotInfo : ISnapshotItem, IComparable<SnapshotInfo>, IComparable
{
    private readonly GroupIdentity _group;
    private readonly SnapshotRecord _record;

    internal SnapshotInfo(GroupIdentity group, string? owner, in SnapshotRecord record, string? problem)
    {
        _group = group;
        _record = record;
        _record.Problem = problem;
        Owner = owner;
    }

    /// <summary>
    /// The datastore as <c>-Datastore</c> accepts it: the name, or the full path of a store opened by path.
    /// </summary>
    public string Datastore => _group.Store.Text;

    /// <summary>Names joined by '/', empty for the root namespace.</summary>
    public string Namespace => _group.Namespace.Text;

    /// <summary><c>ct</c>, <c>host</c> or <c>vm</c>.</summary>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>Its identity as text, <c>ns/a/vm/100/2024-05-01T10:00:00Z</c>.</summary>
    public string Snapshot => Path.ToString();

    /// <summary>Time of the backup, UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_record.Time);

    /// <summary>First line of the notes; null if there are none.</summary>
    public string? Comment => _record.Comment;

    /// <summary>
    /// Sum of the known sizes of its files in bytes; null while the manifest is missing or unreadable.
    /// </summary>
    public long? Size => _record.Size < 0 ? null : _record.Size;

    /// <summary>Owner of the group; null if the owner file cannot be read.</summary>
    public string? Owner { get; }

    public bool Protected => _record.Protected;

    /// <summary>True when the manifest exists; a running or broken backup has none.</summary>
    public bool Finished => _record.Finished;

    public VerifyState VerifyState => StateOf(_record.Verified);

    /// <summary>UPID of the task that verified it last.</summary>
    public string? VerifyUpid => _record.VerifyUpid;

    /// <summary>Start of that task, UTC.</summary>
    public DateTimeOffset? VerifyTime => TaskStart.Of(_record.VerifyUpid);

    /// <summary>Fingerprint of the encryption key, lower-case hex with colons.</summary>
    public string? Fingerprint => _record.Fingerprint;

    /// <summary>
    /// What identifies the manifest at the source, if the snapshot came by a synchronization that encrypted or
    /// decrypted it (PBS 4.1.9); null for any other.
    /// </summary>
    public string? SyncSourceSignature => _record.SyncSourceSignature;

    /// <summary>True if any of its files is encrypted.</summary>
    public bool Encrypted => _record.Encrypted;

    public SnapshotFileList Files => new(_record.Files);

    /// <summary>The problem with the snapshot; null for a healthy one.</summary>
    public string? Problem => _record.Problem;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Path;

    private SnapshotPath Path => new(_group.Namespace, _group.Group, _record.Time);

    private static VerifyState StateOf(VerifyOutcome? outcome) => outcome switch
    {
        VerifyOutcome.Ok => VerifyState.Ok,
        VerifyOutcome.Failed => VerifyState.Failed,
        _ => VerifyState.None,
    };

    internal bool IsOfSameGroup(SnapshotInfo other) =>
        ReferenceEquals(_group, other._group) || _group.CompareTo(other._group) == 0;

    public int CompareTo(SnapshotInfo? other)
    {
        if (other is null) return 1;
        int order = _group.CompareTo(other._group);
        return order != 0 ? order : _record.Time.CompareTo(other._record.Time);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as SnapshotInfo);

    public override string ToString() => Path.ToString();
}
