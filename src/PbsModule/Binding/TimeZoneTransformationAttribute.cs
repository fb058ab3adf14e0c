using System.Management.Automation;

namespace PbsModule.Binding;

/// <summary>
/// Converts a time zone: its name, <c>Europe/Vienna</c>, <c>W. Europe Standard Time</c>, <c>UTC</c>, or an object.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class TimeZoneTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Unwrap(inputData) switch
        {
            TimeZoneInfo zone => zone,
            string name when TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) => zone,
            string name =>
                throw ArgumentValues.Refuse(
                    $"'{name}' is not a time zone this machine knows; names read like Europe/Vienna or UTC, and "
                        + "Get-TimeZone -ListAvailable shows them"),
            var other =>
                throw ArgumentValues.Refuse(
                    $"'{other}' is not a time zone; name one like Europe/Vienna, or give an object of Get-TimeZone"),
        };
}
