using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Tasks;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Verify;

/// <summary>A snapshot that a run will verify, as far as it can be known in advance.</summary>
/// <param name="Section">The section that contains it.</param>
/// <param name="Time">
/// Backup time, Unix seconds; null for a group that cannot be listed, which represents all its snapshots.
/// </param>
/// <param name="Size">Size of its data from the manifest, in bytes; 0 if the manifest cannot be read.</param>
/// <param name="LastVerified">The last verification; null if there was none or it is unknown.</param>
/// <param name="Problem">The problem with reading it; null if there is none.</param>
internal readonly record struct ListedSnapshot(
    VerifySection Section, long? Time, long Size, SnapshotVerifyState? LastVerified, PbsException? Problem);

/// <summary>
/// Lists the snapshots that a run will verify, from folders and manifests alone. Unreadable ones are listed too,
/// because the run reports their problem.
/// </summary>
internal sealed class VerifyListing(VerifyGrant verify) : IDisposable
{
    private readonly SnapshotReader _reader = new();
    private readonly GroupWalk _groups = new();
    private readonly SnapshotTimes _times = new();

    /// <summary>Lists the snapshots of the sections, in their order.</summary>
    public IEnumerable<ListedSnapshot> Run(IReadOnlyList<VerifySection> sections, CancellationToken cancellation)
    {
        foreach (VerifySection section in sections)
        {
            using GroupFolder? group = TryOpen(section, out TimeFolder[] times, out PbsException? failure);
            if (group is null)
            {
                yield return new ListedSnapshot(section, null, 0, null, failure);
                continue;
            }

            foreach (TimeFolder time in times)
            {
                cancellation.ThrowIfCancellationRequested();
                yield return Read(section, group, time);
            }
        }
    }

    public void Dispose() => _reader.Dispose();

    /// <summary>Returns the snapshots of a section, in the order of verification.</summary>
    /// <exception cref="PbsException">The group cannot be listed.</exception>
    public static TimeFolder[] TimesOf(SnapshotTimes reader, VerifySection section, GroupFolder group)
    {
        TimeFolder[] all = reader.Read(group, out List<ListingProblem>? problems);
        ListingProblem? unreadable = problems?.Find(problem => problem.Kind == ListingProblemKind.Error);
        if (unreadable is not null) throw unreadable.Exception!;
        if (section.Times is null)
        {
            Array.Reverse(all);
            return all;
        }

        // The run reports a snapshot that has been removed in the meantime.
        Dictionary<long, TimeFolder> byTime = all.ToDictionary(folder => folder.Time);
        return [.. section.Times.Select(time => byTime.GetValueOrDefault(time, new TimeFolder(time, 0)))];
    }

    private ListedSnapshot Read(VerifySection section, GroupFolder group, TimeFolder time)
    {
        if (!_reader.TryRead(group, time, manifest: true, out SnapshotRecord record))
        {
            return new ListedSnapshot(section, time.Time, 0, null, _reader.Problems.FirstOrDefault()?.Exception);
        }

        return new ListedSnapshot(
            section, time.Time, Math.Max(0, record.Size), StateOf(record), _reader.ManifestFailure);
    }

    private GroupFolder? TryOpen(VerifySection section, out TimeFolder[] times, out PbsException? failure)
    {
        times = [];
        failure = null;
        GroupFolder? group = null;
        try
        {
            using NamespaceFolder ns = NamespaceFolder.Open(verify.Datastore, section.Namespace);
            group = _groups.Open(ns, section.Group);
            times = TimesOf(_times, section, group);
            return group;
        }
        catch (PbsException e)
        {
            group?.Dispose();
            failure = e;
            return null;
        }
    }

    private static SnapshotVerifyState? StateOf(in SnapshotRecord record) =>
        record is { Verified: { } outcome, VerifyUpid: { } text } && Upid.TryParse(text, out Upid? upid, out _)
            ? new SnapshotVerifyState(upid, outcome)
            : null;
}
