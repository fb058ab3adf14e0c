namespace PbsModule.Core.Features.Metrics;

/// <summary>A value of a usage history; its time is UTC.</summary>
public readonly record struct UsagePoint(DateTimeOffset Time, double? Usage);
