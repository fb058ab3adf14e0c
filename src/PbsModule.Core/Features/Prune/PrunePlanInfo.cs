using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Prune;

/// <summary>
/// A prune's planned decision on a snapshot. Its text is the snapshot's identity. Source: PBS prune result.
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

    /// <summary>Whether the snapshot is kept; false for one to remove.</summary>
    public bool Keep { get; internal init; }

    /// <summary>
    /// PBS's word: <c>keep</c>, <c>keep-partial</c>, <c>remove</c>, <c>protected</c>. If no option keeps anything,
    /// <see cref="Keep"/> overrides it.
    /// </summary>
    public string Mark { get; internal init; } = "";

    /// <summary>The reason: <c>last</c>, <c>daily #3</c>, <c>protected</c> and others.</summary>
    public string Reason { get; internal init; } = "";

    public bool Protected { get; internal init; }

    /// <summary>
    /// The inputs of the plan: options, time zone, a hash over the group's snapshots, and one over this row's snapshot.
    /// Invoke-PbsPrune refuses a plan whose group has changed, and a row whose snapshot has changed.
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
    /// The settings of the plan; null for a row that was converted from text, whose <see cref="Fingerprint"/> holds
    /// them.
    /// </summary>
    internal PruneSettings? Settings { get; init; }

    /// <summary>Whether the snapshot was finished; null for a row that was converted from text.</summary>
    internal bool? Finished { get; init; }

    /// <summary>True for the newest successfully verified snapshot if no other such snapshot is kept.</summary>
    internal bool IsLastVerified => Reason.EndsWith(GroupPlan.LastVerified, StringComparison.Ordinal);

    /// <summary>The part of the fingerprint that all groups of a plan share.</summary>
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
