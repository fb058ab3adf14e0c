using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Features.Prune;

/// <summary>
/// The fingerprint of a plan, stored as text in each row: <c>keep-last=3,keep-daily=7@Europe/Vienna:{32 hex digits}-{32
/// hex digits}</c>. It has the options, the time zone, a hash over these, the group and its snapshots, and a hash over
/// all that and the row's snapshot. An unchanged first hash means that the plan still holds; the second proves that the
/// row is still about its snapshot, even if its columns were edited. The fingerprint prevents mistakes; it does not
/// authenticate the author.
/// </summary>
internal static class PlanFingerprint
{
    private const int HashLength = 16;
    private const int HexLength = 2 * HashLength;
    private const char RowMark = '-';

    /// <summary>
    /// Returns the part that all rows of a group share. It includes the datastore, because a copy has the same
    /// snapshots.
    /// </summary>
    public static string Of(PruneSettings settings, GroupIdentity group, ReadOnlySpan<PruneCandidate> snapshots)
    {
        string basis = Basis(settings);
        var text = new StringBuilder($"{basis}\n{group.Store.Path}\n{group.Namespace.Text}\n{group.Group}\n");
        foreach (PruneCandidate snapshot in snapshots)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{snapshot.Time} {(snapshot.Finished ? 'f' : '-')}{(snapshot.Protected ? 'p' : '-')}\n");
        }

        return $"{basis}:{Hash(text.ToString())}";
    }

    /// <summary>Returns the whole fingerprint of a row.</summary>
    /// <param name="plan">The part that all rows of the group share.</param>
    /// <param name="snapshot">The snapshot of the row.</param>
    public static string OfRow(string plan, in SnapshotPath snapshot) =>
        $"{plan}{RowMark}{Hash($"{plan}\n{snapshot}")}";

    /// <summary>Returns the part of a row's fingerprint that all rows of its group share.</summary>
    public static string WithoutRow(string fingerprint) =>
        fingerprint.Length - HexLength - 1 is > 0 and int end && fingerprint[end] == RowMark
            ? fingerprint[..end]
            : fingerprint;

    /// <summary>Refuses a row whose fingerprint was made for another snapshot.</summary>
    /// <exception cref="PbsArgumentException">
    /// The fingerprint does not belong to the snapshot, or is not one.
    /// </exception>
    public static void DemandOf(string fingerprint, in SnapshotPath snapshot)
    {
        if (OfRow(WithoutRow(fingerprint), snapshot) == fingerprint) return;
        string message = $"the row of '{snapshot}' is not as the plan was made: "
            + "the snapshot or the fingerprint in it has changed";
        throw new PbsArgumentException(PbsErrorId.PrunePlanInvalid, message, snapshot.ToString())
        {
            RecommendedAction = "Make a new plan with Get-PbsPrunePlan. To keep a snapshot, leave its row out.",
        };
    }

    /// <summary>Reads the options of a plan.</summary>
    /// <param name="text">The part that all rows of a group share.</param>
    /// <exception cref="PbsArgumentException">
    /// The text is not a fingerprint, or its time zone is unknown on this machine.
    /// </exception>
    public static PruneSettings Parse(string text)
    {
        int at = text.IndexOf('@', StringComparison.Ordinal), colon = text.LastIndexOf(':');
        if (at < 0 || colon < at || text.Length - colon - 1 != HexLength) throw Invalid(text);
        if (!text[(colon + 1)..].All(char.IsAsciiHexDigitLower)) throw Invalid(text);

        var keep = new KeepOptions();
        foreach (string option in text[..at].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            keep = option.Split('=') is [var name, var count]
                && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? With(keep, name, number) ?? throw Invalid(text)
                : throw Invalid(text);
        }

        return new PruneSettings { Keep = keep, TimeZone = Zone(text[(at + 1)..colon], text) };
    }

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, HashLength));

    private static string Basis(PruneSettings settings)
    {
        IEnumerable<string> options = KeepOptions.Rules.Where(rule => settings.Keep.CountOf(rule) is not null)
            .Select(rule =>
                string.Create(CultureInfo.InvariantCulture, $"keep-{rule.Text()}={settings.Keep.CountOf(rule)}"));
        return $"{string.Join(',', options)}@{settings.TimeZone.Id}";
    }

    private static KeepOptions? With(KeepOptions keep, string name, int count) => name switch
    {
        "keep-last" => keep with { Last = count },
        "keep-hourly" => keep with { Hourly = count },
        "keep-daily" => keep with { Daily = count },
        "keep-weekly" => keep with { Weekly = count },
        "keep-monthly" => keep with { Monthly = count },
        "keep-yearly" => keep with { Yearly = count },
        _ => null,
    };

    private static TimeZoneInfo Zone(string id, string text) =>
        id == TimeZoneInfo.Local.Id ? TimeZoneInfo.Local
        : TimeZoneInfo.TryFindSystemTimeZoneById(id, out TimeZoneInfo? zone) ? zone
        : throw new PbsArgumentException(
            PbsErrorId.PrunePlanInvalid,
            $"the plan was made for time zone '{id}', which is not known here",
            text);

    private static PbsArgumentException Invalid(string text) =>
        new(PbsErrorId.PrunePlanInvalid, $"'{text}' is not the fingerprint of a plan", text)
        {
            RecommendedAction = "Give the rows of Get-PbsPrunePlan with all of their columns.",
        };
}
