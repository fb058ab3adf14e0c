using System.Globalization;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Features.Verify;

/// <summary>
/// Takes the steps of a run in order, waits for each, logs it as PBS does, records the state of each snapshot and
/// reports its result.
/// </summary>
/// <param name="verify">Grants access to the store.</param>
/// <param name="reporter">Receives log lines, results and progress.</param>
/// <param name="shared">What the threads of the run share.</param>
/// <param name="wait">Waits for a condition of the other threads, without a limit, or (true) only a moment.</param>
internal sealed class VerifyTeller(
    VerifyGrant verify,
    VerifyReporter reporter,
    SharedState shared,
    Action<Func<bool>, bool> wait) : IDisposable
{
    private const double Mebi = 1 << 20;

    private readonly HashSet<KeyFingerprint> _otherKeys = [];
    private readonly ManifestUpdate _update = new(verify.Locks, verify.Mutations);
    private readonly VerifyResults _results = new(verify.Store, reporter.Upid);
    private bool _records = verify.Records;
    private SnapshotCheck? _at;
    private SnapshotCheck? _open;
    private FileCheck? _current;
    private long _done;
    private int _sections;
    private bool _announcesGroups;
    private bool _isCut;

    /// <summary>PBS's texts of the failures.</summary>
    public List<string> Failed { get; } = [];

    /// <summary>Whether a state was recorded, so that a flush to disk is needed.</summary>
    public bool HasRecorded { get; private set; }

    public VerifyCounts Counts { get; } = new();

    /// <summary>Bytes of data done.</summary>
    public long Done => _done + (_current is { } file ? Math.Min(file.BytesDecoded, file.ExpectedSize) : 0);

    /// <summary>The current snapshot.</summary>
    public string? Status => _at?.Path.ToString();

    private string Store => verify.Datastore.Name;

    /// <summary>Sets the size of the run.</summary>
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
            if (step.Failed is { } failed)
            {
                reporter.Warn(step.Line!);
                Failed.Add(failed);
            }
            else if (_announcesGroups || step.Count == 0) reporter.Log(step.Line!);
            return;
        }

        // Kept open until the other threads have finished with it, however this call ends: they may be about to lock
        // it.
        _open = check;
        if (!TryTell(check)) return;
        if (_announcesGroups) reporter.Log($"percentage done: {Percentage(step)}");
    }

    public void Dispose()
    {
        _open?.Dispose();
        _update.Dispose();
    }

    /// <returns>False if no thread has checked it.</returns>
    private bool TryTell(SnapshotCheck check)
    {
        // Most finish soon; a short wait avoids a signal for each step.
        wait(() => check.IsDone, true);
        wait(() => check.Stage != SnapshotStage.Waiting || check.IsLooked, false);
        switch (check.Stage)
        {
            case SnapshotStage.Skipped:
                reporter.Log($"SKIPPED: verify {Name(check)} {check.Reason}");
                if (!check.IsRecent) Counts.PassedOver++;
                reporter.Emit(
                    _results.Of(check, VerifyResultState.Skipped, reason: check.Reason!.Trim('-', ' ', '(', ')')));
                break;
            case SnapshotStage.Unreadable:
                reporter.Log($"verify {Name(check)} - {check.Line}");
                Failed.Add(check.Path.ToString());
                reporter.Emit(_results.Of(
                    check, VerifyResultState.Failed, [new VerifyError(Manifest.FileName, null, check.Reason!)]));
                break;
            case SnapshotStage.Open:
                TellFiles(check);
                break;
            default:
                Counts.Unfinished++;
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
            reporter.Warn(
                $"{check.Path} was made with key {other.ShortText}, which is not the given one: what has that key is "
                    + "checked as without one");
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
            if (file.IsBad) shared.FindFault();
            _current = null;
            _done += file.ExpectedSize;
        }

        wait(() => check.IsLooked, false);

        // Snapshots after an incomplete one may rely on its chunks.
        _isCut |= check.IsPartial;
        if (_isCut && !isBad)
        {
            Counts.Unfinished++;
            return;
        }

        if (isBad) Failed.Add(check.Path.ToString());
        Conclude(check, isBad);
    }

    /// <summary>Recounts a file's bad chunks if more became known after its index was scanned.</summary>
    private void Recount(FileCheck file)
    {
        if (file.Marked is not { } marked || marked.Version == shared.Findings.Version) return;
        try
        {
            file.Marked = MarkedChunks.Recount(file, shared.Findings);
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
        if (VerifyResults.Reason(file) is not { } reason) return;
        reporter.Log($"verify {snapshot}/{file.File.FileName} failed: {reason}");
    }

    private static string Figures(FileCheck file)
    {
        double seconds = file.Duration.TotalSeconds, read = file.BytesRead / Mebi, decoded = file.BytesDecoded / Mebi;
        return string.Create(CultureInfo.InvariantCulture,
            $"  verified {read:F2}/{decoded:F2} MiB in {seconds:F2} seconds, speed {Rate(read):F2}/{Rate(decoded):F2} "
                + $"MiB/s ({file.Errors} errors)");

        double Rate(double amount) => seconds > 0 ? amount / seconds : 0;
    }

    private void Conclude(SnapshotCheck check, bool isBad)
    {
        List<VerifyError> errors = VerifyResults.ErrorsOf(check);

        // A good sample proves nothing about the rest.
        bool proven = isBad ? IsProven(check) : check.Files.All(file => file.UnsampledChunks == 0);
        bool recorded = proven && Record(check, isBad, errors);
        bool isUnsampled = !isBad && check.IsUnsampled;
        if (isUnsampled) Counts.Unsampled++;
        else Counts.Verified++;
        VerifyResultState state = errors.Count > 0 || isBad ? VerifyResultState.Failed
            : isUnsampled ? VerifyResultState.NotChecked
            : VerifyResultState.Ok;
        string? reason = state == VerifyResultState.NotChecked ? "none of its chunks is in the sample" : null;
        reporter.Emit(_results.Of(check, state, errors, recorded, reason));
    }

    /// <summary>
    /// Whether the result is certain enough to record. A failure that may come from a wrong key must not be recorded,
    /// because the next backup would act on it.
    /// </summary>
    private bool IsProven(SnapshotCheck check)
    {
        if (!check.IsKeyUnproven) return true;
        if (_records)
        {
            reporter.Warn(
                $"the state of {check.Path} is not recorded: it does not tell which key it was made with, and the "
                    + "given one may be another");
        }

        return false;
    }

    /// <summary>Returns the manifest with the state, if it still lists the checked files.</summary>
    private static Manifest Stated(Manifest manifest, SnapshotCheck check, SnapshotVerifyState state)
    {
        if (manifest.Files.SequenceEqual(check.Files.Select(file => file.File))) return manifest.WithVerifyState(state);
        throw new PbsConflictException(
            PbsErrorId.ManifestUnwritable,
            $"the state of {check.Path} is not recorded: its manifest lists other files now",
            check.Path.ToString());
    }

    private bool Record(SnapshotCheck check, bool isBad, List<VerifyError> errors)
    {
        if (!_records || reporter.Upid is not { } upid) return false;
        var state = new SnapshotVerifyState(upid, isBad ? VerifyOutcome.Failed : VerifyOutcome.Ok);
        try
        {
            var folder = (VerifiedFolder)check.Snapshot;
            _update.Apply(folder.Group, folder.Time, manifest => Stated(manifest, check, state), reporter.Cancellation);
            return HasRecorded = true;
        }
        catch (PbsNotFoundException e)
        {
            // PBS respects the lock held here; another program has not.
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

    private string Name(SnapshotCheck check) => $"{Store}:{check.Path.LocalText}";

    private string Percentage(VerifyStep step)
    {
        double groups = step.Section + ((double)step.Number / step.Count);
        string percent = (groups / _sections * 100).ToString("F2", CultureInfo.InvariantCulture);
        return _sections == 1 ? $"{percent}% ({step.Number}/{step.Count} snapshots)"
            : step.Number == step.Count ? $"{percent}% ({step.Section + 1}/{_sections} groups)"
            : $"{percent}% ({step.Section}/{_sections} groups, {step.Number}/{step.Count} snapshots in group "
                + $"#{step.Section + 1})";
    }
}
