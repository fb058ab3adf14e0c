using PbsModule.Core.Features.Metrics;

namespace PbsModule.Completion;

/// <summary>Completes the metrics that a server records.</summary>
public sealed class MetricCompleter : PbsCompleter
{
    private static readonly Dictionary<string, string> Meanings = new(StringComparer.Ordinal)
    {
        ["total"] = "bytes of the file system",
        ["available"] = "bytes that can still be written",
        ["used"] = "bytes in use",
        ["read_ios"] = "reads a second",
        ["read_bytes"] = "bytes read a second",
        ["write_ios"] = "writes a second",
        ["write_bytes"] = "bytes written a second",
        ["io_ticks"] = "part of the time in which the disk was busy",
        ["s3/uploaded"] = "bytes a second sent to the bucket",
        ["s3/downloaded"] = "bytes a second received from the bucket",
        ["s3/total/uploaded"] = "bytes sent to the bucket since the counters were reset",
        ["s3/total/downloaded"] = "bytes received from the bucket since the counters were reset",
        ["s3/total/get"] = "GET requests since the counters were reset",
        ["s3/total/put"] = "PUT requests since the counters were reset",
        ["s3/total/post"] = "POST requests since the counters were reset",
        ["s3/total/head"] = "HEAD requests since the counters were reset",
        ["s3/total/delete"] = "DELETE requests since the counters were reset",
    };

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        MetricService.MetricNames.Select(name => new Candidate(name, Meanings[name]));
}
