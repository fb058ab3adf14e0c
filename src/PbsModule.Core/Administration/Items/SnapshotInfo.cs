using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>A snapshot as listings show it. Its text is its identity, <c>ns/a/vm/100/2024-05-01T10:00:00Z</c>. Source: pbs-api-types SnapshotListItem.</summary>
public sealed class SnapshotInfo : ISnapshotItem, IComparable<SnapshotInfo>, IComparable
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly SnapshotDetails _details;

    internal SnapshotInfo(GroupIdentity group, long time, in SnapshotDetails details)
    {
        _group = group;
        _time = time;
        _details = details;
    }

    /// <summary>What <c>-Datastore</c> takes back: the name, or the full path of a store that was opened by path.</summary>
    public string Datastore => _group.Store.Text;

    /// <summary>Names joined by '/', empty for the root namespace.</summary>
    public string Namespace => _group.Namespace.Text;

    /// <summary><c>ct</c>, <c>host</c> or <c>vm</c>.</summary>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    /// <summary>First line of the notes, null where there are none.</summary>
    public string? Comment => _details.Comment;

    /// <summary>Sum of the known sizes of its files in bytes; null while the manifest is missing or unreadable.</summary>
    public long? Size => _details.Size < 0 ? null : _details.Size;

    /// <summary>Owner of the group; null where the owner file cannot be read.</summary>
    public string? Owner => _details.Owner;

    public bool Protected => _details.Protected;

    /// <summary>True when the manifest exists; a running or broken backup has none.</summary>
    public bool Finished => _details.Finished;

    public VerifyState VerifyState => _details.VerifyState;

    /// <summary>The task that verified it last.</summary>
    public string? VerifyUpid => _details.VerifyUpid;

    /// <summary>When that task started, UTC.</summary>
    public DateTimeOffset? VerifyTime => UpidTime.StartOf(_details.VerifyUpid);

    /// <summary>Fingerprint of the encryption key, lower-case hex with colons.</summary>
    public string? Fingerprint => _details.Fingerprint;

    /// <summary>True when a file of it is encrypted.</summary>
    public bool Encrypted => _details.Encrypted;

    public SnapshotFileList Files => _details.Files;

    /// <summary>What is wrong with it, null for a healthy snapshot.</summary>
    public string? Problem => _details.Problem;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Path;

    private SnapshotPath Path => new(_group.Namespace, _group.Group, _time);

    public int CompareTo(SnapshotInfo? other)
    {
        if (other is null) return 1;
        int order = _group.CompareTo(other._group);
        return order != 0 ? order : _time.CompareTo(other._time);
    }

    int IComparable.CompareTo(object? obj) => CompareTo(obj as SnapshotInfo);

    public override string ToString() => Path.ToString();
}

/// <summary>What reading a snapshot's folder and manifest brought to light.</summary>
internal readonly struct SnapshotDetails
{
    public SnapshotDetails()
    {
    }

    public string? Owner { get; init; }

    public string? Comment { get; init; }

    public string? VerifyUpid { get; init; }

    public string? Fingerprint { get; init; }

    public string? Problem { get; init; }

    public SnapshotFileList Files { get; init; } = SnapshotFileList.Empty;

    /// <summary>Bytes, -1 when unknown.</summary>
    public long Size { get; init; } = -1;

    public VerifyState VerifyState { get; init; }

    public bool Protected { get; init; }

    public bool Finished { get; init; }

    public bool Encrypted { get; init; }
}
