using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Verify;

/// <summary>The kind of a snapshot test.</summary>
public enum SnapshotTest
{
    /// <summary>Tests whether all files can be read and match the manifest.</summary>
    Content,

    /// <summary>Tests whether the manifest has been signed with a key and not changed since.</summary>
    Signature,
}

/// <summary>The result of a test of one snapshot.</summary>
public sealed class SnapshotTestResult : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;

    internal SnapshotTestResult(
        DatastoreContext store, SnapshotPath snapshot, SnapshotTest test, bool passed, IReadOnlyList<string> reasons)
    {
        _group = new GroupIdentity(store, snapshot.Namespace, snapshot.Group);
        _time = snapshot.Time;
        Test = test;
        Passed = passed;
        Reasons = new VerifyList<string>(reasons);
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <summary>Time of the backup, UTC.</summary>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    public SnapshotTest Test { get; }

    public bool Passed { get; }

    /// <summary>Reasons for a failed test; empty if it passed.</summary>
    public VerifyList<string> Reasons { get; }

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Path;

    private SnapshotPath Path => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => Path.ToString();
}
