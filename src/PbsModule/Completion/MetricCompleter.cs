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
    };

    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        MetricService.MetricNames.Select(name => new Candidate(name, Meanings[name]));
}
