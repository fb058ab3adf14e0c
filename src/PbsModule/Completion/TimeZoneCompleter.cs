using System.Globalization;

namespace PbsModule.Completion;

/// <summary>Completes names of time zones. Other details of them take longer to read than a prompt waits.</summary>
public sealed class TimeZoneCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        TimeZoneInfo
            .GetSystemTimeZones(skipSorting: true)
            .Append(TimeZoneInfo.Utc)
            .OrderBy(zone => zone.Id, StringComparer.Ordinal)
            .Select(zone => new Candidate(zone.Id, Offset(zone)));

    private static string Offset(TimeZoneInfo zone)
    {
        TimeSpan offset = zone.BaseUtcOffset;
        char sign = offset < TimeSpan.Zero ? '-' : '+';
        string summer = zone.SupportsDaylightSavingTime ? ", with daylight saving time" : "";
        return $"UTC{sign}{offset.ToString(@"hh\:mm", CultureInfo.InvariantCulture)}{summer}";
    }
}
