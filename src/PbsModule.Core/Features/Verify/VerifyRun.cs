using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Verify;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Verify;

/// <summary>
/// Runs a verification from the selection to the final result. It uses three kinds of threads: one walks ahead, several
/// check chunks, and the caller's reports the results. Source: PBS src/backup/verify.rs.
/// </summary>
internal sealed class VerifyRun
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private readonly VerifyGrant _verify;
    private readonly VerifyQuery _query;
    private readonly VerifyReporter _reporter;
    private readonly EngineOptions _engine;
    private readonly SharedState _state;
    private readonly TimeProvider _time = TimeProvider.System;
    private VerifyForecast _forecast = VerifyForecast.None;
    private VerifyTotal? _total;
    private VerifyTeller? _teller;
    private VerifyFeed? _feed;
    private IReadOnlyList<PbsException>? _leftOut;
    private long _reported;
    private long _start;

    public VerifyRun(VerifyGrant verify, VerifyQuery query, VerifyReporter reporter, EngineOptions engine)
    {
        _verify = verify;
        _query = query;
        _reporter = reporter;
        _engine = engine;
        _state = new SharedState(query.FailFast);
    }

    /// <exception cref="PbsIntegrityException"><c>verification failed - please check the log for
    /// details</c></exception>
    /// <exception cref="OperationCanceledException">
    /// The run was stopped; snapshots finished before keep their state.
    /// </exception>
    /// <exception cref="PbsException">The run could not start.</exception>
    public void Run()
    {
        _start = _time.GetTimestamp();
        using IDisposable? counted = _verify.Count(_reporter.Cancellation);
        using CancellationTokenRegistration stopped = _reporter.Cancellation.Register(_state.Halt);
        if (_verify.WhyNot is { } whyNot) _reporter.Warn($"nothing is recorded and no chunk renamed: {whyNot}");
        var selection = new VerifySelection(_verify);
        IReadOnlyList<VerifySection> sections = selection.Run(_query.Scopes, _reporter.Cancellation);
        bool isSnapshot = sections is [{ Times.Count: 1 }];
        Announce(selection, sections);
        if (_query.MaxDuration is not null || _query.Sample?.Bytes is not null)
        {
            _forecast = VerifyForecast.Make(_verify, _query, sections, _time, _reporter.Cancellation);
            if (_query.MaxDuration is not null) sections = _forecast.LeastRecentFirst();
        }

        using var teller = new VerifyTeller(_verify, _reporter, _state, Wait);
        _teller = teller;
        teller.Begin(sections.Count, !isSnapshot);
        teller.Failed.AddRange(selection.Failures);
        Run(sections, teller);
        if (teller.HasRecorded) Sync();
        Conclude(teller);
    }

    private void Run(IReadOnlyList<VerifySection> sections, VerifyTeller teller)
    {
        string folder = _verify.Datastore.PathOf(Datastore.ChunkFolder);
        CorruptChunks? corrupt = _verify.Records ? new CorruptChunks(_verify.Mutations, folder) : null;
        ChunkSample? sample = ChooseSample();
        using var workers = new ChunkWorkers(
            _query.Threads ?? (Environment.ProcessorCount * 2),
            () => new ChunkVerifier(_verify.Datastore.Name, _state.Findings, corrupt, key =>
                new ChunkReader(folder, key, _engine.ChunkFiles)),
            _state);
        using ChunkFolderOrder? order = OpenToSort(folder);
        using var scan = new FileScan(workers, _state, sample, order);
        using var feed = new VerifyFeed(_verify, _query, _state, scan, _time, _start, _engine.IndexReads);
        _feed = feed;
        using VerifyTotal? total = _query.ShowsProgress && _forecast.TotalBytes == 0
            ? new VerifyTotal(_verify, _query, sections, () => feed.Mark, _time)
            : null;
        _total = total;
        var walk = new Thread(() => feed.Run(sections)) { IsBackground = true, Name = "verify" };
        walk.Start();
        try
        {
            TellAll(feed, teller);
        }
        finally
        {
            _state.Halt();
            feed.Steps.Complete();
            walk.Join();
            while (feed.Steps.TryTake(out VerifyStep? step)) step.Check?.Dispose();
        }

        int left = feed.NotBegun + teller.Counts.Unfinished;
        Report(atEnd: true, isAll: left == 0 && !(_query.FailFast && teller.Failed.Count > 0));
        if (feed.NotBegun == 0 && left > 0)
        {
            _reporter.Log($"stopped at the first fault: {left} snapshots that were under way were not verified");
        }
    }

    /// <summary>Makes the requested sample; null to check everything.</summary>
    private ChunkSample? ChooseSample()
    {
        if (_query.Sample is null) return null;
        ChunkSample sample = _forecast.SampleOf(_query.Sample, _reporter.Cancellation);
        _reporter.Log(FormattableString.Invariant($"looking at a sample of {sample.Share * 100:F2}% of the chunks"));
        return sample.Share < 1 ? sample : null;
    }

    /// <summary>
    /// Flushes the recorded states to disk, once for the whole run. A stopped run skips this; its states are written
    /// all the same.
    /// </summary>
    private void Sync()
    {
        try
        {
            _verify.Mutations.SyncFileSystem(_verify.Datastore.Path);
        }
        catch (OsErrorException e)
        {
            _reporter.Warn(
                $"the file system of {PathText.Quote(_verify.Datastore.Path)} could not be synced: {e.Message}");
        }
    }

    private void TellAll(VerifyFeed feed, VerifyTeller teller)
    {
        while (true)
        {
            Wait(() => feed.Steps.IsReady, briefly: false);
            if (!feed.Steps.TryTake(out VerifyStep? step)) break;
            teller.Tell(step);
            ReportUnlocked();
            Report();
            if (_query.FailFast && teller.Failed.Count > 0) break;
        }

        if ((feed.Failure ?? _state.Failure) is { } failure) throw failure;
    }

    /// <summary>Warns once where snapshots that are only read cannot be locked in every form.</summary>
    private void ReportUnlocked()
    {
        if (_verify.SnapshotLocks.LeftOut is not { } leftOut || ReferenceEquals(leftOut, _leftOut)) return;
        _leftOut = leftOut;
        ListingProblem? problem = SnapshotGate.WhyUnlocked(_verify.Store, "snapshots are", _verify.Store.Text, leftOut);
        if (problem is { Kind: ListingProblemKind.Warning }) _reporter.Warn(problem.Message);
    }

    /// <summary>Waits for the other threads.</summary>
    /// <param name="isSo">The condition to wait for.</param>
    /// <param name="briefly">Whether to wait only a moment.</param>
    private void Wait(Func<bool> isSo, bool briefly)
    {
        if (briefly)
        {
            _state.Signal.Briefly(isSo, Moment);
            ThrowIfEnded();
            return;
        }

        _state.Signal.Until(isSo, Interval, () =>
        {
            ThrowIfEnded();
            Report();
        });
        ThrowIfEnded();
    }

    private void ThrowIfEnded()
    {
        _reporter.Cancellation.ThrowIfCancellationRequested();
        if ((_state.Failure ?? _feed?.Failure) is { } failure) throw failure;
    }

    private void Announce(VerifySelection selection, IReadOnlyList<VerifySection> sections)
    {
        if (_query.Scopes.All(scope => scope.Group is not null)) return;
        _reporter.Log($"verify datastore {_verify.Datastore.Name}");
        if (selection.LimitedTo is { } owner) _reporter.Log($"limiting to backups owned by {owner}");
        foreach (string line in selection.Lines) _reporter.Log(line);
        _reporter.Log($"found {sections.Count} groups");
    }

    private ChunkFolderOrder? OpenToSort(string folder)
    {
        bool sorts = _verify.Store.Name is not { } name
            || _verify.Store.Connection.Configuration!.Datastores.Find(name).Tuning.ChunkOrder
                == Configuration.ChunkOrder.Inode;
        return sorts && _verify.Datastore.Access.Open(folder, out Folder? chunks) == 0
            ? new ChunkFolderOrder(chunks!)
            : null;
    }

    private void Report(bool atEnd = false, bool isAll = false)
    {
        if (!_query.ShowsProgress || (!atEnd && _time.GetElapsedTime(_reported) < Interval)) return;
        _reported = _time.GetTimestamp();
        long total = Math.Max(_forecast.TotalBytes, _total?.Bytes ?? 0), done = _teller!.Done;
        if (isAll && total == 0) total = done;
        _reporter.Report(new TaskProgress($"verify {_verify.Datastore.Name}", _teller.Status, total == 0
            ? done
            : Math.Min(done, total), total));
    }

    private void Conclude(VerifyTeller teller)
    {
        int left = _feed!.NotBegun + teller.Counts.Unfinished;
        if (_feed.NotBegun > 0 && (teller.Counts.Verified > 0 || teller.Failed.Count > 0))
        {
            _reporter.Warn($"the time was over: {left} snapshots were not verified");
        }

        if (teller.Counts.Unsampled > 0)
        {
            _reporter.Warn($"the sample holds no chunk of {teller.Counts.Unsampled} snapshots: they were not verified");
        }

        // PBS counts each of them as a success.
        if (teller.Counts is { Verified: 0, Unsampled: 0, PassedOver: > 0 } && _feed.NotBegun == 0
            && teller.Failed.Count == 0)
        {
            _reporter.Warn($"nothing was verified: {teller.Counts.PassedOver} snapshots are in use, or gone");
        }

        if (teller.Failed.Count > 0) throw Failure(teller.Failed);
        if (_feed.NotBegun > 0 && teller.Counts.Verified == 0) throw TimeOver(left);
    }

    private PbsIntegrityException Failure(IReadOnlyList<string> failed)
    {
        _reporter.Log("Failed to verify the following snapshots/groups:");
        foreach (string each in failed) _reporter.Log($"\t{each}");
        string message = "verification failed - please check the log for details";
        return new PbsIntegrityException(PbsErrorId.VerificationFailed, message, _verify.Store.Text)
        {
            RecommendedAction = _reporter.Upid is { } upid
                ? $"The results tell what is wrong with each snapshot; Get-PbsTaskLog '{upid}' shows the log."
                : null,
        };
    }

    private PbsConflictException TimeOver(int left)
    {
        string message = $"the time was over before a snapshot was verified: {left} snapshots were not verified";
        return new PbsConflictException(PbsErrorId.VerifyTimeOver, message, _verify.Store.Text)
        {
            RecommendedAction = "Give -MaxDuration more time: seconds as a number, or a time like 01:30:00.",
        };
    }
}
