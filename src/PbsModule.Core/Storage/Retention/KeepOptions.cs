using System.Globalization;

namespace PbsModule.Core.Storage.Retention;

/// <summary>
/// How many snapshots of a group each rule keeps; null for a rule that is not given, which marks nothing. 0 selects
/// nothing. Source: pbs-api-types KeepOptions.
/// </summary>
public sealed record KeepOptions
{
    /// <summary>The newest.</summary>
    public int? Last { get; init; }

    /// <summary>The newest of an hour, for so many hours that have one.</summary>
    public int? Hourly { get; init; }

    /// <summary>The newest of a day, for so many days that have one.</summary>
    public int? Daily { get; init; }

    /// <summary>The newest of an ISO week, for so many weeks that have one.</summary>
    public int? Weekly { get; init; }

    /// <summary>The newest of a month, for so many months that have one.</summary>
    public int? Monthly { get; init; }

    /// <summary>The newest of a year, for so many years that have one.</summary>
    public int? Yearly { get; init; }

    /// <summary>False where no rule keeps anything; then everything is kept.</summary>
    public bool KeepsSomething => Rules.Any(rule => CountOf(rule) > 0);

    /// <summary>In the order in which they choose.</summary>
    internal static IReadOnlyList<KeepRule> Rules { get; } =
        [KeepRule.Last, KeepRule.Hourly, KeepRule.Daily, KeepRule.Weekly, KeepRule.Monthly, KeepRule.Yearly];

    /// <summary>As PBS writes them in its logs: <c>--keep-last 3 --keep-daily 7</c>, those above 0 only.</summary>
    public override string ToString() => string.Join(' ', Rules.Where(rule => CountOf(rule) > 0)
        .Select(rule => string.Create(CultureInfo.InvariantCulture, $"--keep-{rule.Text()} {CountOf(rule)}")));

    internal int? CountOf(KeepRule rule) => rule switch
    {
        KeepRule.Last => Last,
        KeepRule.Hourly => Hourly,
        KeepRule.Daily => Daily,
        KeepRule.Weekly => Weekly,
        KeepRule.Monthly => Monthly,
        _ => Yearly,
    };
}

/// <summary>A rule of keeping.</summary>
internal enum KeepRule : byte
{
    None,
    Last,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// <summary>What PBS calls the rules.</summary>
internal static class KeepRuleText
{
    public static string Text(this KeepRule rule) => rule switch
    {
        KeepRule.Last => "last",
        KeepRule.Hourly => "hourly",
        KeepRule.Daily => "daily",
        KeepRule.Weekly => "weekly",
        KeepRule.Monthly => "monthly",
        KeepRule.Yearly => "yearly",
        _ => "",
    };
}
