using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a prune would do with a snapshot, or was to do. Its text is the snapshot's identity. Source: PBS prune result.
/// </summary>
public sealed class PrunePlanInfo : ISnapshotItem
{
    private readonly GroupIdentity _group;
    private readonly long _time;
    private readonly string? _fingerprint;

    internal PrunePlanInfo(GroupIdentity group, long time)
    {
        _group = group;
        _time = time;
    }

    /// <inheritdoc cref="SnapshotInfo.Datastore"/>
    public string Datastore => _group.Store.Text;

    /// <inheritdoc cref="SnapshotInfo.Namespace"/>
    public string Namespace => _group.Namespace.Text;

    /// <inheritdoc cref="SnapshotInfo.BackupType"/>
    public string BackupType => _group.Group.Type.Text();

    public string BackupId => _group.Group.Id;

    /// <inheritdoc cref="SnapshotInfo.BackupTime"/>
    public DateTimeOffset BackupTime => DateTimeOffset.FromUnixTimeSeconds(_time);

    /// <summary>False for a snapshot that is to be removed.</summary>
    public bool Keep { get; internal init; }

    /// <summary>
    /// PBS's word: <c>keep</c>, <c>keep-partial</c>, <c>remove</c>, <c>protected</c>. Where no option keeps anything,
    /// <see cref="Keep"/> overrides it.
    /// </summary>
    public string Mark { get; internal init; } = "";

    /// <summary>Why: <c>last</c>, <c>daily #3</c>, <c>protected</c> and the like.</summary>
    public string Reason { get; internal init; } = "";

    public bool Protected { get; internal init; }

    /// <summary>
    /// What the plan was made of: options, time zone, a hash over the group's snapshots, and one over the snapshot of
    /// this row. Invoke-PbsPrune refuses a plan whose group has changed, and a row whose snapshot has.
    /// </summary>
    public string Fingerprint
    {
        get => _fingerprint ?? PlanFingerprint.OfRow(Plan, Identity);
        internal init => _fingerprint = value;
    }

    /// <summary>The part of the fingerprint that all rows of the group share.</summary>
    internal string Plan
    {
        get => _fingerprint is null ? field : PlanFingerprint.WithoutRow(_fingerprint);
        init;
    } = "";

    /// <summary>
    /// The settings of the plan; null for a row that has been text in between, whose <see cref="Fingerprint"/> tells
    /// them.
    /// </summary>
    internal PruneSettings? Settings { get; init; }

    /// <summary>Whether the snapshot was finished; null for a row that has been text in between.</summary>
    internal bool? Finished { get; init; }

    /// <summary>True for the newest snapshot that verified well, where none that did is kept.</summary>
    internal bool IsLastVerified => Reason.EndsWith(GroupPlan.LastVerified, StringComparison.Ordinal);

    /// <summary>The part of the fingerprint that is the same for all groups of a plan.</summary>
    internal string FingerprintBasis => Plan.LastIndexOf(':') is >= 0 and int end ? Plan[..end] : Plan;

    internal GroupIdentity Group => _group;

    internal long Time => _time;

    DatastoreContext IDatastoreItem.Store => _group.Store;

    BackupNamespace INamespaceItem.Location => _group.Namespace;

    GroupPath IGroupItem.Group => _group.Group;

    SnapshotPath ISnapshotItem.Snapshot => Identity;

    internal SnapshotPath Identity => new(_group.Namespace, _group.Group, _time);

    public override string ToString() => Identity.ToString();
}
