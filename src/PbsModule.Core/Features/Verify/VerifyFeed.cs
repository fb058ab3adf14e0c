using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Verify;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Verify;

/// <summary>
/// Walks the selected snapshots a little ahead of the results: opens them, checks their files and hands their chunks to
/// the workers. Runs on its own thread.
/// </summary>
internal sealed class VerifyFeed : IDisposable
{
    private const long DaySeconds = 24 * 60 * 60;

    private readonly VerifyGrant _verify;
    private readonly VerifyQuery _query;
    private readonly SharedState _state;
    private readonly FileScan _scan;
    private readonly ManifestBlob _manifests = new();
    private readonly SnapshotTimes _times = new();
    private readonly GroupWalk _groups = new();
    private readonly long _now;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Func<string, ReadAt, ReadAt> _reads;
    private volatile VerifyMark _mark = new(0, 0);
    private long _bytes;

    /// <param name="verify">Grants access to the store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <param name="state">What the threads of the run share.</param>
    /// <param name="scan">Scans files.</param>
    /// <param name="time">The clock.</param>
    /// <param name="start">Start of the run, as a timestamp of that clock.</param>
    /// <param name="reads">Returns the reader to use in place of an index file's own.</param>
    public VerifyFeed(
        VerifyGrant verify,
        VerifyQuery query,
        SharedState state,
        FileScan scan,
        TimeProvider time,
        long start,
        Func<string, ReadAt, ReadAt> reads)
    {
        _verify = verify;
        _reads = reads;
        _query = query;
        _state = state;
        _scan = scan;
        _time = time;
        _now = time.GetUtcNow().ToUnixTimeSeconds();
        _start = start;
        Steps = new VerifySteps(state.Signal, () => scan.IsSupplied, HandleLimit.Left());
    }

    public VerifySteps Steps { get; }

    /// <summary>The current position. Thread-safe.</summary>
    public VerifyMark Mark => _mark;

    /// <summary>The failure that ended it early; null if there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Number of due snapshots that were not started before the time limit.</summary>
    public int NotBegun { get; private set; }

    /// <summary>Walks all sections.</summary>
    public void Run(IReadOnlyList<VerifySection> sections)
    {
        try
        {
            for (int i = 0; i < sections.Count && !_state.IsHalted; i++)
            {
                _mark = new VerifyMark(i, _bytes);
                Run(sections[i], i);
            }
        }
#pragma warning disable CA1031 // It ends the run, not the process; the thread that takes the steps rethrows it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Failure = e;
        }
        finally
        {
            Steps.Complete();
        }
    }

    public void Dispose() => _manifests.Dispose();

    /// <summary>Whether the query wants a snapshot verified again. Source: PBS verify_filter.</summary>
    internal static bool IsWanted(VerifyQuery query, SnapshotVerifyState? last, long now)
    {
        if (!query.IgnoreVerified || last is null) return true;
        return query.OutdatedAfter is { } days && Math.Floor((now - last.Upid.StartTime) / (double)DaySeconds) > days;
    }

    private void Run(VerifySection section, int number)
    {
        if (IsTimeOver && section.Times is { } times)
        {
            if (section.IsDue) NotBegun += times.Count;
            return;
        }

        using GroupFolder? group = TryOpen(section, out TimeFolder[] folders, out PbsException? failure);
        if (group is null)
        {
            Steps.TryAdd(Unlisted(section, number, failure!));
            return;
        }

        string line = $"verify group {_verify.Datastore.Name}:{section.Group} ({folders.Length} snapshots)";
        Steps.TryAdd(new VerifyStep(line, null, number, 0, folders.Length));
        for (int i = 0; i < folders.Length && !_state.IsHalted; i++)
        {
            if (IsTimeOver)
            {
                NotBegun += folders.Length - i;
                return;
            }

            var snapshot = new VerifiedFolder(group, folders[i], _verify.SnapshotLocks) { Reads = _reads };
            var check = new SnapshotCheck(snapshot, _state.Signal);
            if (Steps.TryAdd(new VerifyStep(null, check, number, i + 1, folders.Length))) Look(check);
            else check.Dispose();
        }
    }

    /// <summary>
    /// Reports a group that cannot be listed. PBS does not count this as a failure. Here it is one, unless the group is
    /// gone: a run that left out a group must not look successful.
    /// </summary>
    private VerifyStep Unlisted(VerifySection section, int number, PbsException failure)
    {
        string place = section.Namespace.IsRoot ? _verify.Datastore.Name
            : $"{_verify.Datastore.Name}/{section.Namespace.Text}";
        string line = $"verify {place}, group {section.Group} - unable to list backups: {failure.Message}";
        string group = section.Namespace.IsRoot ? section.Group.ToString()
            : $"{section.Namespace.DiskPath}/{section.Group}";
        return new VerifyStep(line, null, number, 0, 0) { Failed = failure is PbsNotFoundException ? null : group };
    }

    private void Look(SnapshotCheck check)
    {
        check.Run(_scan, _manifests, _query.Key, manifest =>
            !_query.IgnoreVerified || IsWanted(_query, manifest.VerifyState, _now));

        // The size of a snapshot includes its manifest.
        if (check.Stage == SnapshotStage.Open) _bytes += _manifests.Length;
        foreach (FileCheck file in check.Files) _bytes += file.ExpectedSize;
    }

    private bool IsTimeOver => _query.MaxDuration is { } limit && _time.GetElapsedTime(_start) >= limit;

    /// <returns>The open group; null if it cannot be listed.</returns>
    private GroupFolder? TryOpen(VerifySection section, out TimeFolder[] times, out PbsException? failure)
    {
        times = [];
        failure = null;
        GroupFolder? group = null;
        try
        {
            using NamespaceFolder ns = NamespaceFolder.Open(_verify.Datastore, section.Namespace);
            group = _groups.Open(ns, section.Group);
            times = VerifyListing.TimesOf(_times, section, group);
            return group;
        }
        catch (PbsException e)
        {
            group?.Dispose();
            Exhaustion.ThrowIf(e);
            failure = e;
            return null;
        }
    }
}
