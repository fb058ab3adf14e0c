using PbsModule.Core.Features.Prune;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Binding;

/// <summary>The parameters for a prune's keep options. An option of 0 keeps nothing.</summary>
internal interface IKeepParameters
{
    /// <summary>Number of newest snapshots to keep.</summary>
    int? KeepLast { get; }

    /// <summary>Number of hours to keep the newest snapshot of; hours without a snapshot do not count.</summary>
    int? KeepHourly { get; }

    /// <summary>Number of days to keep the newest snapshot of; days without a snapshot do not count.</summary>
    int? KeepDaily { get; }

    /// <summary>Number of ISO weeks to keep the newest snapshot of; weeks without a snapshot do not count.</summary>
    int? KeepWeekly { get; }

    /// <summary>Number of months to keep the newest snapshot of; months without a snapshot do not count.</summary>
    int? KeepMonthly { get; }

    /// <summary>Number of years to keep the newest snapshot of; years without a snapshot do not count.</summary>
    int? KeepYearly { get; }

    /// <summary>Time zone for hours, days and weeks; this machine's by default.</summary>
    TimeZoneInfo? TimeZone { get; }
}

/// <summary>Converts the parameters to the engine's settings.</summary>
internal static class KeepParameters
{
    public const string NothingKept =
        "no keep option is given, or all are 0: everything is kept and nothing would be removed";

    public static PruneSettings Settings(this IKeepParameters given) => new()
    {
        Keep = new KeepOptions
        {
            Last = given.KeepLast,
            Hourly = given.KeepHourly,
            Daily = given.KeepDaily,
            Weekly = given.KeepWeekly,
            Monthly = given.KeepMonthly,
            Yearly = given.KeepYearly,
        },
        TimeZone = given.TimeZone ?? TimeZoneInfo.Local,
    };
}
