using System.Management.Automation;
using PbsModule.Times;

namespace PbsModule.Binding;

/// <summary>
/// Converts a time: the times of objects, a DateTime, a DateTimeOffset, RFC 3339 text, a date, or Unix seconds. Text in
/// the format of a culture is refused, because another culture reads it as another time.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TimeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <summary>True for backup times, which have no fractions; truncated, they would name another backup.</summary>
    public bool WholeSeconds { get; set; }

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Convert(inputData, value => One(value, WholeSeconds));

    /// <summary>Returns a <see cref="DateTimeOffset"/>; null for no time, as in an empty cell of a CSV file.</summary>
    /// <exception cref="ArgumentTransformationMetadataException">The value is not a time, or is ambiguous.</exception>
    internal static object? One(object? value, bool wholeSeconds)
    {
        if (value is null || (value is string text && string.IsNullOrWhiteSpace(text))) return null;
        string? fault = Fault(value, wholeSeconds, out DateTimeOffset time);
        return fault is null ? time : throw ArgumentValues.Refuse(fault);
    }

    /// <summary>Returns the reason why a value is not an exact time; null for one that is.</summary>
    internal static string? Fault(object? value, bool wholeSeconds, out DateTimeOffset time) =>
        !TimeValue.TryRead(value, out time) ? $"'{value}' is not an exact time; {TimeText.Form}"
        : wholeSeconds && time.UtcTicks % TimeSpan.TicksPerSecond != 0
            ? $"'{value}' is not the time of a backup: those are whole seconds"
        : null;
}
