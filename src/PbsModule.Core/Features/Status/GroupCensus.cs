using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Status;

/// <summary>A count of a store's content, as far as the caller may see it.</summary>
/// <param name="Counts">Groups with at least one snapshot, and their snapshots.</param>
/// <param name="Namespaces">Number of namespaces, including the root.</param>
/// <param name="Newest">
/// Time of the newest finished snapshot, or of the newest if none is finished; only if requested.
/// </param>
internal sealed record GroupCensus(DatastoreCounts Counts, int Namespaces, DateTimeOffset? Newest)
{
    /// <param name="grant">The grant for the store.</param>
    /// <param name="onProblem">Receives each failure to read a part; smaller problems are left to listings.</param>
    /// <param name="cancellation">Cancels the count.</param>
    /// <param name="newest">Whether to find the newest snapshot, which opens one folder in most groups.</param>
    public static GroupCensus Take(
        AccessGrant grant,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation,
        bool newest = false)
    {
        var census = new Census(onProblem);
        var query = new GroupQuery { Recurse = true, Force = true };
        foreach (WalkStep<GroupFolder> step in new GroupSelection(grant, query).Run(cancellation, _ =>
            census.Namespaces++))
        {
            if (step.Problem is not null) census.Report(step.Problem);
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            census.Add(group, newest);
        }

        census.Dispose();
        return new GroupCensus(census.Counts, census.Namespaces, census.Newest);
    }

    private sealed class Census(Action<ListingProblem> onProblem) : IDisposable
    {
        private readonly SnapshotTimes _times = new();
        private readonly SnapshotReader _reader = new();
        private readonly (int Groups, int Snapshots)[] _counts = new (int, int)[BackupTypeText.All.Count];
        private long _newest = -1;
        private long _newestFinished = -1;

        public int Namespaces { get; set; }

        public DatastoreCounts Counts => new(Count(BackupType.Ct), Count(BackupType.Host), Count(BackupType.Vm));

        public DateTimeOffset? Newest =>
            _newest < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(_newestFinished >= 0 ? _newestFinished : _newest);

        public void Report(ListingProblem problem)
        {
            if (problem.Kind == ListingProblemKind.Error) onProblem(problem);
        }

        public void Add(GroupFolder group, bool newest)
        {
            TimeFolder[] times = _times.Read(group, out List<ListingProblem>? problems);
            foreach (ListingProblem problem in problems ?? []) Report(problem);
            if (times.Length == 0) return;
            ref (int Groups, int Snapshots) count = ref _counts[(int)group.Path.Type];
            count = (count.Groups + 1, count.Snapshots + times.Length);
            if (newest) LookForNewest(group, times);
        }

        public void Dispose() => _reader.Dispose();

        private void LookForNewest(GroupFolder group, TimeFolder[] times)
        {
            _newest = Math.Max(_newest, times[^1].Time);
            for (int i = times.Length - 1; i >= 0 && times[i].Time > _newestFinished; i--)
            {
                if (_reader.TryRead(group, times[i], manifest: false, out SnapshotRecord record) && record.Finished)
                {
                    _newestFinished = record.Time;
                }
            }
        }

        private TypeCount? Count(BackupType type) =>
            _counts[(int)type] is { Groups: > 0 } count ? new TypeCount(count.Groups, count.Snapshots) : null;
    }
}
