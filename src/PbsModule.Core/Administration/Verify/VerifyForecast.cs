using System.Security.Cryptography;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// What a run will meet, read from the manifests alone: how much there is, and when each snapshot was verified last. It
/// decides the order
/// of a run and never what is in it.
/// </summary>
internal sealed class VerifyForecast
{
    private readonly List<ListedSnapshot> _listed = [];
    private VerifyPassage? _verify;
    private VerifyQuery? _query;
    private long _now;

    public static VerifyForecast None => new();

    /// <summary>Bytes of data in the snapshots that will be verified.</summary>
    public long TotalBytes { get; private set; }

    public static VerifyForecast Make(
        VerifyPassage verify,
        VerifyQuery query,
        IReadOnlyList<VerifySection> sections,
        TimeProvider time,
        CancellationToken cancellation)
    {
        var forecast =
            new VerifyForecast { _verify = verify, _query = query, _now = time.GetUtcNow().ToUnixTimeSeconds() };
        using var listing = new VerifyListing(verify);
        foreach (ListedSnapshot snapshot in listing.Run(sections, cancellation))
        {
            forecast._listed.Add(snapshot);
            if (forecast.IsDue(snapshot)) forecast.TotalBytes += snapshot.Size;
        }

        return forecast;
    }

    /// <summary>What would be verified.</summary>
    /// <param name="verify">The way in.</param>
    /// <param name="query">What to verify, and how.</param>
    /// <param name="sections">What the query means.</param>
    /// <param name="onProblem">
    /// Told of each group that cannot be listed, whose snapshots are missing from the plan.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    public static IEnumerable<VerifyPlanItem> Plan(
        VerifyPassage verify,
        VerifyQuery query,
        IReadOnlyList<VerifySection> sections,
        Action<PbsException> onProblem,
        CancellationToken cancellation)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        using var listing = new VerifyListing(verify);
        foreach (ListedSnapshot snapshot in listing.Run(sections, cancellation))
        {
            if (snapshot.Time is not { } time) onProblem(snapshot.Problem!);
            else if (VerifyFeed.IsWanted(query, snapshot.LastVerified, now))
            {
                var group = new GroupIdentity(verify.Store, snapshot.Section.Namespace, snapshot.Section.Group);
                yield return new VerifyPlanItem(group, time, snapshot.Size) { Problem = snapshot.Problem?.Message };
            }
        }
    }

    /// <summary>
    /// Every snapshot by itself: those first that were never verified, then those that were not for the longest time,
    /// and behind all others
    /// those that need not be verified. A group that cannot be listed comes before all: what is wrong with it is to be
    /// heard of each time.
    /// </summary>
    public IReadOnlyList<VerifySection> LeastRecentFirst() =>
    [
        .. _listed
            .OrderBy(snapshot => snapshot.Time is null ? 0 : IsDue(snapshot) ? 1 : 2)
            .ThenBy(snapshot => snapshot.LastVerified?.Upid.StartTime ?? 0)
            .Select(snapshot => snapshot.Time is { } time
                ? snapshot.Section with { Times = [time], IsDue = IsDue(snapshot) }
                : snapshot.Section),
    ];

    /// <summary>The share that a sample means, with a choice of its own.</summary>
    /// <param name="sample">What was asked for; a share of bytes takes a look at all indexes.</param>
    /// <param name="cancellation">Ends it.</param>
    public ChunkSample SampleOf(VerifySample sample, CancellationToken cancellation)
    {
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        if (sample.Share is { } share) return new ChunkSample(share, seed);
        double unique = UniqueBytes(cancellation);
        return new ChunkSample(unique == 0 ? 1 : Math.Min(1, sample.Bytes!.Value / unique), seed);
    }

    private bool IsDue(in ListedSnapshot snapshot) => VerifyFeed.IsWanted(_query!, snapshot.LastVerified, _now);

    private double UniqueBytes(CancellationToken cancellation)
    {
        using var seen = new DigestSet();
        double bytes = 0;
        foreach (ListedSnapshot snapshot in _listed)
        {
            if (snapshot.Time is not { } time || !IsDue(snapshot)) continue;
            var path = new SnapshotPath(snapshot.Section.Namespace, snapshot.Section.Group, time);
            string folder = _verify!.Datastore.PathOf(path.ToString());
            foreach (string index in Indexes(folder)) bytes += UniqueBytes(index, seen, cancellation);
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

    /// <summary>Not as a whole number: what crafted indexes claim may come to more than there are.</summary>
    private static double UniqueBytes(string path, DigestSet seen, CancellationToken cancellation)
    {
        double bytes = 0;
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
}
