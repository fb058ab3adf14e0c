using System.Globalization;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// Takes the steps of a run in order, waits for each, logs it as PBS does, records the state of each snapshot and hands out its result.
/// </summary>
/// <param name="verify">The way in.</param>
/// <param name="reporter">Whom to tell.</param>
/// <param name="findings">Bad chunks of the run.</param>
/// <param name="wait">Waits for the other threads, as long as it takes, or (true) only a moment.</param>
/// <param name="onBadFile">Told when a file is no good.</param>
internal sealed class VerifyTeller(VerifyPassage verify, VerifyReporter reporter, ChunkFindings findings, Action<Func<bool>, bool> wait, Action onBadFile) : IDisposable
{
    private const double Mebi = 1 << 20;

    private readonly HashSet<KeyFingerprint> _otherKeys = [];
    private readonly ManifestUpdate _update = new(verify.Locks, verify.Mutations);
    private readonly string? _upid = reporter.Upid?.ToString();
    private bool _records = verify.Records;
    private SnapshotCheck? _at;
    private SnapshotCheck? _open;
    private FileCheck? _current;
    private long _done;
    private int _sections;
    private bool _announcesGroups;
    private bool _isCut;

    /// <summary>PBS's texts of what failed.</summary>
    public List<string> Failed { get; } = [];

    /// <summary>Whether a state was recorded, so that something is to be brought to the disk.</summary>
    public bool HasRecorded { get; private set; }

    /// <summary>Snapshots that were begun and not finished.</summary>
    public int Unfinished { get; private set; }

    /// <summary>Bytes of data that are behind.</summary>
    public long Done => _done + (_current is { } file ? Math.Min(file.BytesDecoded, file.ExpectedSize) : 0);

    /// <summary>What it is at.</summary>
    public string? Status => _at?.Path.ToString();

    private string Store => verify.Datastore.Name;

    /// <summary>What will come.</summary>
    /// <param name="sections">Number of groups.</param>
    /// <param name="announcesGroups">False for a single snapshot, which PBS logs without its group.</param>
    public void Begin(int sections, bool announcesGroups)
    {
        _sections = sections;
        _announcesGroups = announcesGroups;
    }

    public void Tell(VerifyStep step)
    {
        if (step.Check is not { } check)
        {
            if (step.IsWarning) reporter.Warn(step.Line!);
            else if (_announcesGroups || step.Count == 0) reporter.Log(step.Line!);
            return;
        }

        // Until the others are done with it, whatever ends this: they may be about to lock it.
        _open = check;
        if (!TryTell(check)) return;
        if (_announcesGroups) reporter.Log($"percentage done: {Percentage(step)}");
    }

    public void Dispose()
    {
        _open?.Dispose();
        _update.Dispose();
    }

    /// <returns>False if nobody has looked at it.</returns>
    private bool TryTell(SnapshotCheck check)
    {
        // Most are done soon, and need no waiting for each step then.
        wait(() => check.IsDone, true);
        wait(() => check.Stage != SnapshotStage.Waiting || check.IsLooked, false);
        switch (check.Stage)
        {
            case SnapshotStage.Skipped:
                reporter.Log($"SKIPPED: verify {Name(check)} {check.Reason}");
                reporter.Emit(Result(check, VerifyResultState.Skipped, reason: check.Reason!.Trim('-', ' ', '(', ')')));
                break;
            case SnapshotStage.Unreadable:
                reporter.Log($"verify {Name(check)} - manifest load error: {check.Reason}");
                Failed.Add(check.Path.ToString());
                reporter.Emit(Result(check, VerifyResultState.Failed, [new VerifyError(Manifest.FileName, null, check.Reason!)]));
                break;
            case SnapshotStage.Open:
                TellFiles(check);
                break;
            default:
                Unfinished++;
                break;
        }

        _open = null;
        check.Dispose();
        return check.Stage != SnapshotStage.Waiting;
    }

    private void TellFiles(SnapshotCheck check)
    {
        _at = check;
        string name = Name(check);
        reporter.Log($"verify {name}");
        if (check.OtherKey is { } other && _otherKeys.Add(other))
        {
            reporter.Warn($"{check.Path} was made with key {other.ShortText}, which is not the given one: what has that key is checked as without one");
        }

        if (check.SignatureProblem is { } problem) reporter.Log($"verify {name}/{Manifest.FileName} failed: {problem}");
        bool isBad = check.SignatureProblem is not null;
        foreach (FileCheck file in check.Files)
        {
            wait(() => file.IsStarted || file.IsDone, false);
            if (file.IsStarted) reporter.Log($"  check {file.File.FileName}");
            _current = file;
            wait(() => file.IsDone, false);
            Recount(file);
            isBad |= file.IsBad;
            TellFile(name, file);
            if (file.IsBad) onBadFile();
            _current = null;
            _done += file.ExpectedSize;
        }

        wait(() => check.IsLooked, false);

        // Those after one that was cut short may rely on its chunks.
        _isCut |= check.IsPartial;
        if (_isCut && !isBad)
        {
            Unfinished++;
            return;
        }

        if (isBad) Failed.Add(check.Path.ToString());
        Conclude(check, isBad);
    }

    /// <summary>Bad chunks may have become known after the index was looked through.</summary>
    private void Recount(FileCheck file)
    {
        if (file.Marked is not { } marked || marked.Version == findings.Version) return;
        try
        {
            file.Marked = MarkedChunks.Recount(file, findings);
        }
        catch (PbsException e)
        {
            Exhaustion.ThrowIf(e);
            file.Add(new FileFinding(null, ChunkFault.Unreadable, e.Message, e.Message));
        }
    }

    private void TellFile(string snapshot, FileCheck file)
    {
        foreach (FileFinding finding in file.Findings())
        {
            if (finding.Fault == ChunkFault.None) reporter.Warn(finding.Lines[0]);
            else foreach (string line in finding.Lines) reporter.Log(line);
        }

        if (file.HasChunks) reporter.Log(Figures(file));
        if (Reason(file) is { } reason) reporter.Log($"verify {snapshot}/{file.File.FileName} failed: {reason}");
    }

    private static string? Reason(FileCheck file) => file.Failure ?? (file.Errors > 0 ? "chunks could not be verified" : null);

    private static string Figures(FileCheck file)
    {
        double seconds = file.Duration.TotalSeconds, read = file.BytesRead / Mebi, decoded = file.BytesDecoded / Mebi;
        return string.Create(CultureInfo.InvariantCulture,
            $"  verified {read:F2}/{decoded:F2} MiB in {seconds:F2} seconds, speed {Rate(read):F2}/{Rate(decoded):F2} MiB/s ({file.Errors} errors)");

        double Rate(double amount) => seconds > 0 ? amount / seconds : 0;
    }

    private void Conclude(SnapshotCheck check, bool isBad)
    {
        List<VerifyError> errors = [];
        if (check.SignatureProblem is { } problem) errors.Add(new VerifyError(Manifest.FileName, null, problem));
        foreach (FileCheck file in check.Files)
        {
            if (file.Failure is { } failure) errors.Add(new VerifyError(file.File.FileName, null, failure));
            foreach (FileFinding finding in file.Findings())
            {
                if (finding.Fault != ChunkFault.None) errors.Add(new VerifyError(file.File.FileName, finding.Digest?.ToString(), finding.Reason));
            }
        }

        // A sample that is good proves nothing of the rest.
        bool proven = isBad ? IsProven(check) : check.Files.All(file => file.UnsampledBytes == 0);
        bool recorded = proven && Record(check, isBad, errors);
        reporter.Emit(Result(check, errors.Count > 0 || isBad ? VerifyResultState.Failed : VerifyResultState.Ok, errors, recorded));
    }

    /// <summary>A fault that may be no more than a wrong key must not stand in the manifest, where the next backup would heed it.</summary>
    private bool IsProven(SnapshotCheck check)
    {
        if (!check.IsKeyUnproven) return true;
        if (_records) reporter.Warn($"the state of {check.Path} is not recorded: it does not tell which key it was made with, and the given one may be another");
        return false;
    }

    private bool Record(SnapshotCheck check, bool isBad, List<VerifyError> errors)
    {
        if (!_records || reporter.Upid is not { } upid) return false;
        var state = new SnapshotVerifyState(upid, isBad ? VerifyOutcome.Failed : VerifyOutcome.Ok);
        try
        {
            _update.Apply(check.Group, check.Time, manifest => manifest.WithVerifyState(state), reporter.Cancellation);
            return HasRecorded = true;
        }
        catch (PbsNotFoundException e)
        {
            // PBS would have kept its hands off as long as we hold the lock; somebody else has not.
            reporter.Log(e.Message);
            errors.Add(new VerifyError(Manifest.FileName, null, e.Message));
            if (!isBad) Failed.Add(check.Path.ToString());
        }
        catch (PbsPermissionException e)
        {
            _records = false;
            reporter.Warn($"states are not recorded from here on: {e.Message}");
        }
        catch (PbsException e)
        {
            reporter.Warn(e.Message, e);
        }

        return false;
    }

    private VerifyResult Result(SnapshotCheck check, VerifyResultState state, IReadOnlyList<VerifyError>? errors = null, bool recorded = false, string? reason = null)
    {
        VerifiedFile[] files = [.. check.Files.Select(Item)];
        long size = Sum(files.Select(file => file.Size)), unsampled = Sum(check.Files.Select(file => file.UnsampledBytes));
        return new VerifyResult(new GroupIdentity(verify.Store, check.Group.Namespace, check.Group.Path), check.Time.Time)
        {
            State = state,
            Errors = new VerifyList<VerifyError>(errors ?? []),
            Files = new VerifyList<VerifiedFile>(files),
            BytesRead = Sum(files.Select(file => file.BytesRead)),
            BytesVerified = Sum(files.Select(file => file.BytesVerified)),
            Coverage = state == VerifyResultState.Skipped ? 0 : size == 0 ? 1 : 1 - ((double)unsampled / size),
            Duration = check.Duration,
            Recorded = recorded,
            OtherKey = check.OtherKey,
            Reason = reason,
            SkipCause = state == VerifyResultState.Skipped ? check.Cause : null,
            Upid = _upid,
        };
    }

    /// <summary>What damaged or crafted indexes claim may come to more than there are numbers.</summary>
    private static long Sum(IEnumerable<long> sizes) => sizes.Aggregate(0L, (sum, size) => size > long.MaxValue - sum ? long.MaxValue : sum + size);

    private static VerifiedFile Item(FileCheck file) => new(
        file.File.FileName, file.IsBad ? VerifyResultState.Failed : file.IsPartial ? VerifyResultState.Skipped : VerifyResultState.Ok, file.LogicalSize,
        file.BytesRead, file.BytesDecoded, file.BytesVerified, file.Errors, Reason(file));

    private string Name(SnapshotCheck check) => $"{Store}:{check.Path.LocalText}";

    private string Percentage(VerifyStep step)
    {
        double groups = step.Section + ((double)step.Number / step.Count);
        string percent = (groups / _sections * 100).ToString("F2", CultureInfo.InvariantCulture);
        return _sections == 1 ? $"{percent}% ({step.Number}/{step.Count} snapshots)"
            : step.Number == step.Count ? $"{percent}% ({step.Section + 1}/{_sections} groups)"
            : $"{percent}% ({step.Section}/{_sections} groups, {step.Number}/{step.Count} snapshots in group #{step.Section + 1})";
    }
}
