using System.Security.Cryptography;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>What a run will meet, read from the manifests alone: how much there is, and when each snapshot was verified last.</summary>
internal sealed class VerifyForecast
{
    private readonly List<(VerifySection Section, long Time, long LastVerified)> _snapshots = [];
    private VerifyPassage? _verify;

    public static VerifyForecast None => new();

    /// <summary>Bytes of data in the snapshots that will be verified.</summary>
    public long TotalBytes { get; private set; }

    public static VerifyForecast Make(VerifyPassage verify, VerifyQuery query, IReadOnlyList<VerifySection> sections, TimeProvider time, CancellationToken cancellation)
    {
        var forecast = new VerifyForecast { _verify = verify };
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        foreach ((VerifySection section, SnapshotRecord record) in Snapshots(verify, sections, cancellation))
        {
            SnapshotVerifyState? last = StateOf(record);
            if (!VerifyFeed.IsWanted(query, last, now)) continue;
            forecast.TotalBytes += Math.Max(0, record.Size);
            forecast._snapshots.Add((section, record.Time, last?.Upid.StartTime ?? 0));
        }

        return forecast;
    }

    /// <summary>What would be verified.</summary>
    public static IEnumerable<VerifyPlanItem> Plan(VerifyPassage verify, VerifyQuery query, IReadOnlyList<VerifySection> sections, CancellationToken cancellation)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach ((VerifySection section, SnapshotRecord record) in Snapshots(verify, sections, cancellation))
        {
            if (!VerifyFeed.IsWanted(query, StateOf(record), now)) continue;
            yield return new VerifyPlanItem(new GroupIdentity(verify.Store, section.Namespace, section.Group), record.Time, Math.Max(0, record.Size));
        }
    }

    /// <summary>The snapshots with their manifests, in the order of the sections.</summary>
    public static IEnumerable<(VerifySection Section, SnapshotRecord Record)> Snapshots(VerifyPassage verify, IReadOnlyList<VerifySection> sections, CancellationToken cancellation)
    {
        using var reader = new SnapshotReader();
        var groups = new GroupWalk();
        var times = new SnapshotTimes();
        foreach (VerifySection section in sections)
        {
            if (TryOpen(verify, groups, section) is not { } opened) continue;
            using GroupFolder group = opened;
            HashSet<long>? wanted = section.Times is null ? null : [.. section.Times];
            foreach (TimeFolder time in times.Read(group, out _).Reverse())
            {
                cancellation.ThrowIfCancellationRequested();
                if (wanted?.Contains(time.Time) == false) continue;
                if (reader.TryRead(group, time, manifest: true, out SnapshotRecord record)) yield return (section, record);
            }
        }
    }

    /// <summary>Every snapshot by itself, those first that were never verified, then those that were not for the longest time.</summary>
    public IReadOnlyList<VerifySection> LeastRecentFirst()
    {
        return [.. _snapshots.OrderBy(snapshot => snapshot.LastVerified).Select(snapshot => snapshot.Section with { Times = [snapshot.Time] })];
    }

    /// <summary>The share that a sample means, with a choice of its own.</summary>
    /// <param name="sample">What was asked for; a share of bytes takes a look at all indexes.</param>
    /// <param name="cancellation">Ends it.</param>
    public ChunkSample SampleOf(VerifySample sample, CancellationToken cancellation)
    {
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        if (sample.Share is { } share) return new ChunkSample(share, seed);
        long unique = UniqueBytes(cancellation);
        return new ChunkSample(unique == 0 ? 1 : Math.Min(1, (double)sample.Bytes!.Value / unique), seed);
    }

    private long UniqueBytes(CancellationToken cancellation)
    {
        using var seen = new DigestSet();
        long bytes = 0;
        foreach ((VerifySection section, long time, _) in _snapshots)
        {
            string folder = _verify!.Datastore.PathOf(new SnapshotPath(section.Namespace, section.Group, time).ToString());
            foreach (string path in Indexes(folder)) bytes += UniqueBytes(path, seen, cancellation);
        }

        return bytes;
    }

    private static IEnumerable<string> Indexes(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Where(path => IndexFile.TryKindOf(path, out _))];
        }
        catch (Exception e) when (OsError.TryFrom(e, out _))
        {
            return [];
        }
    }

    private static long UniqueBytes(string path, DigestSet seen, CancellationToken cancellation)
    {
        long bytes = 0;
        try
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                cancellation.ThrowIfCancellationRequested();
                foreach (ChunkEntry entry in entries)
                {
                    if (seen.Add(entry.Digest)) bytes += entry.Size;
                }
            }
        }
        catch (PbsException)
        {
            // The run itself will tell.
        }

        return bytes;
    }

    private static GroupFolder? TryOpen(VerifyPassage verify, GroupWalk groups, VerifySection section)
    {
        try
        {
            using NamespaceFolder ns = NamespaceFolder.Open(verify.Datastore, section.Namespace);
            return groups.Open(ns, section.Group);
        }
        catch (PbsException)
        {
            return null;
        }
    }

    private static SnapshotVerifyState? StateOf(in SnapshotRecord record) =>
        record is { Verified: { } outcome, VerifyUpid: { } text } && Upid.TryParse(text, out Upid? upid, out _) ? new SnapshotVerifyState(upid, outcome) : null;
}
