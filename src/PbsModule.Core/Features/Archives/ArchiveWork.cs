using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Features.Archives;

/// <summary>
/// Collects the reports of a restore. Failures are reported at once; gaps with all their files, and attributes that
/// could not be restored, at the end with their counts.
/// </summary>
internal sealed class ArchiveWork(
    GroupIdentity group,
    SnapshotPath snapshot,
    string archive,
    Action<object> tell) : IRestoreListener
{
    private const int MostPaths = 1000;

    private readonly Dictionary<(string File, long Offset), GapFiles> _gaps = [];
    private readonly Dictionary<(long Offset, Digest Digest), GapFiles> _gapsByChunk = [];
    private readonly Dictionary<(RestoredTrait Trait, string Reason), List<string>> _missed = [];
    private readonly Dictionary<(RestoredTrait Trait, string Reason), long> _missedCounts = [];
    private string _current = "";

    public long Failures { get; private set; }

    /// <summary>The current entry. Thread-safe.</summary>
    public string Current => Volatile.Read(ref _current);

    public void Fail(string path, PbsException error)
    {
        Failures++;
        tell(new ListingProblem(
            error.ErrorId,
            error.Message,
            $"{snapshot}/{archive}{path}",
            ListingProblemKind.Error,
            error));
    }

    public void Miss(string path, RestoredTrait trait, string reason)
    {
        if (!_missed.TryGetValue((trait, reason), out List<string>? paths)) _missed.Add((trait, reason), paths = []);
        _missedCounts[(trait, reason)] = _missedCounts.GetValueOrDefault((trait, reason)) + 1;
        if (paths.Count < MostPaths) paths.Add(path);
    }

    public void LeaveOut(string directory, int count) =>
        tell(ArchiveListing.LeftOut($"{snapshot}/{archive}{directory}", count));

    public void Repeat(string path) => tell(ArchiveListing.Repeated($"{snapshot}/{archive}{path}"));

    public void Gap(string path, ChunkGap gap)
    {
        // Files come one after another, so only the last one can be a duplicate.
        if (_gapsByChunk.TryGetValue((gap.Offset, gap.Digest), out GapFiles? known)
            && known.Paths.Count < MostPaths
            && (known.Paths.Count == 0 || known.Paths[^1] != path))
        {
            known.Paths.Add(path);
        }
    }

    public void Done(string path) => Volatile.Write(ref _current, path);

    /// <summary>Records a chunk that cannot be read, whatever it contains.</summary>
    public void Meet(string file, ChunkGap gap)
    {
        var files = new GapFiles(gap, []);
        if (_gaps.TryAdd((file, gap.Offset), files)) _gapsByChunk.TryAdd((gap.Offset, gap.Digest), files);
    }

    /// <summary>Reports what was collected.</summary>
    public void Finish()
    {
        foreach (((string file, _), GapFiles gap) in _gaps.OrderBy(pair =>
            pair.Key)) tell(new ArchiveGapInfo(group, snapshot.Time, archive, file, gap.Gap, gap.Paths));
        foreach (((RestoredTrait trait, string reason), List<string> paths) in _missed.OrderBy(pair =>
            pair.Key.Trait).ThenBy(pair => pair.Value[0], StringComparer.Ordinal))
        {
            tell(new RestoreWarningInfo(
                group,
                snapshot.Time,
                archive,
                trait,
                reason,
                _missedCounts[(trait, reason)],
                paths));
        }
    }

    private sealed record GapFiles(ChunkGap Gap, List<string> Paths);
}
