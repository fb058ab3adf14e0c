using System.Security.Cryptography;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Verify;

namespace PbsModule.Core.Features.Verify;

/// <summary>
/// Forecasts a run from the manifests alone: the amount of data, and the last verification of each snapshot. It decides
/// only the order of a run, never its content.
/// </summary>
internal sealed class VerifyForecast
{
    private readonly List<ListedSnapshot> _listed = [];
    private VerifyGrant? _verify;
    private VerifyQuery? _query;
    private long _now;

    public static VerifyForecast None => new();

    /// <summary>Bytes of data in the snapshots to verify.</summary>
    public long TotalBytes { get; private set; }

    public static VerifyForecast Make(
        VerifyGrant verify,
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

    /// <summary>Lists the snapshots that would be verified.</summary>
    /// <param name="verify">Grants access to the store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <param name="sections">The sections that the query selects.</param>
    /// <param name="onProblem">
    /// Receives each group that cannot be listed, whose snapshots are missing from the plan.
    /// </param>
    /// <param name="cancellation">Cancels the listing.</param>
    public static IEnumerable<VerifyPlanItem> Plan(
        VerifyGrant verify,
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
    /// Returns each snapshot as its own section: first those never verified, then those verified longest ago, last
    /// those that need no verification. Groups that cannot be listed come before all, so that every run reports their
    /// problem.
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

    /// <summary>Makes a sample of the requested size with a new random selection.</summary>
    /// <param name="sample">The requested sample; a size in bytes requires reading all indexes.</param>
    /// <param name="cancellation">Cancels the reading.</param>
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

    /// <summary>Sums up as a double, because a crafted index may claim more than an integer can hold.</summary>
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
            // The run itself reports the failure.
        }

        return bytes;
    }
}
