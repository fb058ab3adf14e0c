using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Space;

namespace PbsModule.Core.Features.Space;

/// <summary>The progress of a space count.</summary>
/// <param name="Done">Number of snapshots whose indexes were read.</param>
/// <param name="Total">Total number of snapshots.</param>
public readonly record struct SpaceProgress(long Done, long Total);

/// <summary>Measures the space that datastores, groups and snapshots use.</summary>
public sealed class SpaceService
{
    private readonly ServiceScope _scope;

    internal SpaceService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Measures the space usage of a store. Reads every index and every chunk folder; takes no lock and changes
    /// nothing. Data that cannot be read is reported and not counted.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="memoryLimit">
    /// Memory for chunk data, in bytes; with less than needed, the indexes are read several times. Null for 1 GiB.
    /// </param>
    /// <param name="onProblem">Receives each failure to read.</param>
    /// <param name="onProgress">Receives progress.</param>
    /// <param name="cancellation">Cancels the count.</param>
    /// <exception cref="PbsPermissionException">The caller lacks Datastore.Audit on the store.</exception>
    /// <exception cref="PbsException">Access to the store is refused, or it cannot be read.</exception>
    public DatastoreSpaceInfo MeasureDatastore(
        DatastoreContext store,
        long? memoryLimit,
        Action<ListingProblem> onProblem,
        Action<SpaceProgress> onProgress,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.MeasureStore, store, BackupNamespace.Root);
        return new DatastoreSpaceInfo(
            store,
            Count(grant.Datastore, memoryLimit, null, onProblem, onProgress, cancellation));
    }

    /// <summary>
    /// Measures the space usage of groups, in the order named; without names of all groups with snapshots, in the order
    /// of listings. Reads as <see cref="MeasureDatastore"/> does.
    /// </summary>
    /// <inheritdoc cref="MeasureDatastore"/>
    /// <exception cref="PbsPermissionException">
    /// The caller lacks Datastore.Audit on the store. It is required on the whole store because the result shows
    /// sharing with all groups.
    /// </exception>
    public IEnumerable<GroupSpaceInfo> MeasureGroups(
        DatastoreContext store,
        IReadOnlyCollection<(BackupNamespace Namespace, GroupPath Group)>? groups,
        long? memoryLimit,
        Action<ListingProblem> onProblem, Action<SpaceProgress> onProgress, CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.MeasureGroups, store, BackupNamespace.Root);
        SpaceAccount account = Count(grant.Datastore, memoryLimit, null, onProblem, onProgress, cancellation);
        ILookup<int, int> snapshots = SnapshotsByGroup(account);
        if (groups is null)
        {
            foreach (GroupSpaceInfo each in GroupsOf(store, account)) yield return each;
            yield break;
        }

        var found = account.Groups.ToDictionary(group => (group.Namespace, group.Path));
        foreach ((BackupNamespace ns, GroupPath path) in groups.Distinct())
        {
            if (!found.TryGetValue((ns, path), out CountedGroup? group))
            {
                var missing = new PbsNotFoundException(
                    PbsErrorId.GroupNotFound,
                    $"there is no group '{path}' in {grant.Datastore.Describe(ns)}",
                    path.ToString());
                onProblem(new ListingProblem(
                    missing.ErrorId,
                    missing.Message,
                    path.ToString(),
                    ListingProblemKind.Error,
                    missing));
                continue;
            }

            yield return GroupOf(store, account, group, snapshots);
        }
    }

    /// <summary>
    /// Measures the space usage of each snapshot, in the order named. Reads as <see cref="MeasureDatastore"/> does.
    /// </summary>
    /// <inheritdoc cref="MeasureGroups"/>
    public IEnumerable<SnapshotSpaceInfo> MeasureSnapshots(
        DatastoreContext store, IReadOnlyCollection<SnapshotPath> snapshots, long? memoryLimit,
        Action<ListingProblem> onProblem, Action<SpaceProgress> onProgress, CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.MeasureSnapshots, store, BackupNamespace.Root);
        SpaceAccount account = Count(grant.Datastore, memoryLimit, null, onProblem, onProgress, cancellation);
        Dictionary<SnapshotPath, int> found = Numbered(account);
        foreach (SnapshotPath path in snapshots.Distinct())
        {
            if (!found.TryGetValue(path, out int number)) ReportMissing(grant.Datastore, path, onProblem);
            else
            {
                yield return new SnapshotSpaceInfo(
                    new GroupIdentity(store, path.Namespace, path.Group),
                    path.Time,
                    account.Count.Snapshots[number],
                    account.DamageOf(number));
            }
        }
    }

    /// <summary>
    /// Measures the space usage of several snapshots together. Reads as <see cref="MeasureDatastore"/> does.
    /// </summary>
    /// <inheritdoc cref="MeasureGroups"/>
    public SnapshotSetSpaceInfo MeasureSnapshotSet(
        DatastoreContext store, IReadOnlyCollection<SnapshotPath> snapshots, long? memoryLimit,
        Action<ListingProblem> onProblem, Action<SpaceProgress> onProgress, CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.MeasureSnapshots, store, BackupNamespace.Root);
        HashSet<SnapshotPath> set = [.. snapshots];
        SpaceAccount account = Count(
            grant.Datastore,
            memoryLimit,
            snapshot => set.Contains(PathOf(snapshot)),
            onProblem,
            onProgress,
            cancellation);
        Dictionary<SnapshotPath, int> found = Numbered(account);
        foreach (SnapshotPath path in set.Where(path => !found.ContainsKey(path)))
        {
            ReportMissing(grant.Datastore, path, onProblem);
        }

        int[] members = [.. set.Where(found.ContainsKey).Select(path => found[path])];
        SpaceNumbers numbers = members.Length > 0 ? account.Count.Scopes[SpaceAccount.Set] : default;
        return new SnapshotSetSpaceInfo(store, members.Length, numbers, members
            .Select(account.DamageOf)
            .FirstOrDefault(damage => damage is not null));
    }

    private static SpaceAccount Count(
        Datastore datastore, long? memoryLimit, Func<CountedSnapshot, bool>? isInSet,
        Action<ListingProblem> onProblem, Action<SpaceProgress> onProgress, CancellationToken cancellation)
    {
        var options = new SpaceOptions { IsInSet = isInSet };
        if (memoryLimit is { } limit) options = options with { MemoryLimit = limit };
        return SpaceAccount.Take(
            datastore,
            options,
            onProblem,
            (done, total) => onProgress(new SpaceProgress(done, total)),
            cancellation);
    }

    /// <summary>Returns the groups with snapshots, in the order of listings.</summary>
    internal static IEnumerable<GroupSpaceInfo> GroupsOf(DatastoreContext store, SpaceAccount account)
    {
        ILookup<int, int> snapshots = SnapshotsByGroup(account);
        return account.Groups.Where(group => snapshots.Contains(group.Number)).Select(group =>
            GroupOf(store, account, group, snapshots));
    }

    private static ILookup<int, int> SnapshotsByGroup(SpaceAccount account) =>
        Enumerable.Range(0, account.Snapshots.Count).ToLookup(snapshot => account.Snapshots[snapshot].Group.Number);

    private static GroupSpaceInfo GroupOf(
        DatastoreContext store,
        SpaceAccount account,
        CountedGroup group,
        ILookup<int, int> snapshots) => new(
        new GroupIdentity(store, group.Namespace, group.Path),
        snapshots[group.Number].Count(),
        account.Count.Groups[group.Number],
            snapshots[group.Number].Select(account.DamageOf).FirstOrDefault(damage => damage is not null));

    private static SnapshotPath PathOf(CountedSnapshot snapshot) =>
        new(snapshot.Group.Namespace, snapshot.Group.Path, snapshot.Time.Time);

    private static Dictionary<SnapshotPath, int> Numbered(SpaceAccount account)
    {
        var numbers = new Dictionary<SnapshotPath, int>(account.Snapshots.Count);
        for (int i = 0; i < account.Snapshots.Count; i++) numbers.TryAdd(PathOf(account.Snapshots[i]), i);
        return numbers;
    }

    private static void ReportMissing(Datastore datastore, SnapshotPath path, Action<ListingProblem> onProblem)
    {
        PbsException missing = SnapshotLookup.NotFound(datastore, path);
        onProblem(new ListingProblem(
            missing.ErrorId,
            missing.Message,
            path.ToString(),
            ListingProblemKind.Error,
            missing));
    }
}
