using PbsModule.Core.Administration;
using PbsModule.Core.Storage;

namespace PbsModule.Abstractions;

/// <summary>The parameters that say what a prune keeps. A number of 0 chooses nothing.</summary>
internal interface IKeepParameters
{
    /// <summary>The newest so many.</summary>
    int? KeepLast { get; }

    /// <summary>The newest of an hour, for the last so many hours that have one.</summary>
    int? KeepHourly { get; }

    /// <summary>The newest of a day, for the last so many days that have one.</summary>
    int? KeepDaily { get; }

    /// <summary>The newest of an ISO week, for the last so many weeks that have one.</summary>
    int? KeepWeekly { get; }

    /// <summary>The newest of a month, for the last so many months that have one.</summary>
    int? KeepMonthly { get; }

    /// <summary>The newest of a year, for the last so many years that have one.</summary>
    int? KeepYearly { get; }

    /// <summary>Whose hours, days and weeks count; this machine's where it is left out.</summary>
    TimeZoneInfo? TimeZone { get; }
}

/// <summary>What the parameters mean to the engine.</summary>
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
