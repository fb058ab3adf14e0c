using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Walks through what is to be verified, a little ahead of the results: opens snapshots, looks at their files and hands their chunks to
/// the workers. Runs on a thread of its own.
/// </summary>
internal sealed class VerifyFeed : IDisposable
{
    private const long DaySeconds = 24 * 60 * 60;

    private readonly VerifyPassage _verify;
    private readonly VerifyQuery _query;
    private readonly VerifySignal _signal;
    private readonly FileScan _scan;
    private readonly Func<bool> _isHalted;
    private readonly ManifestBlob _manifests = new();
    private readonly SnapshotTimes _times = new();
    private readonly GroupWalk _groups = new();
    private readonly long _now;
    private readonly TimeProvider _time;
    private readonly long _start;
    private volatile VerifyMark _mark = new(0, 0);
    private long _bytes;

    public VerifyFeed(VerifyPassage verify, VerifyQuery query, VerifySignal signal, FileScan scan, Func<bool> isHalted, TimeProvider time)
    {
        _verify = verify;
        _query = query;
        _signal = signal;
        _scan = scan;
        _isHalted = isHalted;
        _time = time;
        _now = time.GetUtcNow().ToUnixTimeSeconds();
        _start = time.GetTimestamp();
        Steps = new VerifySteps(signal, () => scan.IsSupplied, HandleLimit.Left());
    }

    public VerifySteps Steps { get; }

    /// <summary>How far it has looked. Safe on any thread.</summary>
    public VerifyMark Mark => _mark;

    /// <summary>What ended it early; null where nothing did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Snapshots that were not begun because the time was over.</summary>
    public int NotBegun { get; private set; }

    /// <summary>Goes through all of it.</summary>
    public void Run(IReadOnlyList<VerifySection> sections)
    {
        try
        {
            for (int i = 0; i < sections.Count && !_isHalted(); i++)
            {
                _mark = new VerifyMark(i, _bytes);
                Run(sections[i], i);
            }
        }
#pragma warning disable CA1031 // It ends the run, not the process; who waits for the steps throws it.
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

    /// <summary>Whether a snapshot is verified again. Source: PBS verify_filter.</summary>
    internal static bool IsWanted(VerifyQuery query, SnapshotVerifyState? last, long now)
    {
        if (!query.IgnoreVerified || last is null) return true;
        return query.OutdatedAfter is { } days && Math.Floor((now - last.Upid.StartTime) / (double)DaySeconds) > days;
    }

    private void Run(VerifySection section, int number)
    {
        using GroupFolder? group = TryOpen(section, out TimeFolder[] times, out PbsException? failure);
        if (group is null)
        {
            string place = section.Namespace.IsRoot ? _verify.Datastore.Name : $"{_verify.Datastore.Name}/{section.Namespace.Text}";

            // No failure for PBS; but whoever relies on a run must hear of what it has left out, unless that is gone anyway.
            string line = $"verify {place}, group {section.Group} - unable to list backups: {failure!.Message}";
            Steps.TryAdd(new VerifyStep(line, null, number, 0, 0) { IsWarning = failure is not PbsNotFoundException });
            return;
        }

        if (IsTimeOver(times.Length)) return;
        Steps.TryAdd(new VerifyStep($"verify group {_verify.Datastore.Name}:{section.Group} ({times.Length} snapshots)", null, number, 0, times.Length));
        for (int i = 0; i < times.Length && !_isHalted() && !IsTimeOver(times.Length - i); i++)
        {
            var check = new SnapshotCheck(group, times[i], _signal);
            if (Steps.TryAdd(new VerifyStep(null, check, number, i + 1, times.Length))) Look(check);
            else check.Dispose();
        }
    }

    private void Look(SnapshotCheck check)
    {
        check.Run(_scan, _verify.Locks, _manifests, _query.Key, manifest => !_query.IgnoreVerified || IsWanted(_query, manifest.VerifyState, _now));

        // The size of a snapshot counts its manifest, too.
        if (check.Stage == SnapshotStage.Open) _bytes += _manifests.Length;
        foreach (FileCheck file in check.Files) _bytes += file.ExpectedSize;
    }

    private bool IsTimeOver(int left)
    {
        if (_query.MaxDuration is not { } limit || _time.GetElapsedTime(_start) < limit) return false;
        NotBegun += left;
        return true;
    }

    /// <returns>The group, open; null where it cannot be listed.</returns>
    private GroupFolder? TryOpen(VerifySection section, out TimeFolder[] times, out PbsException? failure)
    {
        times = [];
        failure = null;
        GroupFolder? group = null;
        try
        {
            using NamespaceFolder ns = NamespaceFolder.Open(_verify.Datastore, section.Namespace);
            group = _groups.Open(ns, section.Group);
            times = TimesOf(section, group);
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

    /// <exception cref="PbsException">The group cannot be listed.</exception>
    private TimeFolder[] TimesOf(VerifySection section, GroupFolder group)
    {
        TimeFolder[] all = _times.Read(group, out List<ListingProblem>? problems);
        if (section.Times is null)
        {
            if (problems?.Find(problem => problem.Kind == ListingProblemKind.Error) is { } unreadable) throw unreadable.Exception!;
            Array.Reverse(all);
            return all;
        }

        // One that is gone meanwhile is told as such.
        Dictionary<long, TimeFolder> byTime = all.ToDictionary(folder => folder.Time);
        return [.. section.Times.Select(time => byTime.GetValueOrDefault(time, new TimeFolder(time, 0)))];
    }
}
