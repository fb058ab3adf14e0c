using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PbsModule.Binding;

/// <summary>
/// Converts a duration: a TimeSpan, hours, minutes and seconds as text (<c>01:30:00</c>, <c>2.00:00:00</c>), or a
/// number of seconds. PowerShell itself takes a number for ticks, and <c>24:00:00</c> for 24 days.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed partial class DurationTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "write hours, minutes and seconds like 01:30:00, or seconds as a number";

    /// <summary>Whether a duration of zero is valid.</summary>
    public bool AllowZero { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Unwrap(inputData) switch
    {
        null => null,
        TimeSpan time => Checked(time),
        string text => Checked(Parse(text.Trim())),
        int or long or uint or ulong or short or ushort or byte or sbyte or double or float or decimal =>
            Checked(FromSeconds(Convert.ToDouble(ArgumentValues.Unwrap(inputData), CultureInfo.InvariantCulture))),
        var other => throw ArgumentValues.Refuse($"'{other}' is no time; {Form}"),
    };

    private TimeSpan Checked(TimeSpan time)
    {
        if (time > TimeSpan.Zero || (AllowZero && time == TimeSpan.Zero)) return time;
        throw ArgumentValues.Refuse(
            $"'{time.ToString("c", CultureInfo.InvariantCulture)}' is no time to work in; {Form}");
    }

    private static TimeSpan FromSeconds(double seconds)
    {
        // Also catches NaN.
        if (Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds) return TimeSpan.FromSeconds(seconds);
        throw ArgumentValues.Refuse($"{seconds.ToString(CultureInfo.InvariantCulture)} seconds are too many; {Form}");
    }

    private static TimeSpan Parse(string text)
    {
        const NumberStyles plain = NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign;
        if (double.TryParse(text, plain, CultureInfo.InvariantCulture, out double seconds)) return FromSeconds(seconds);
        Match match = Written().Match(text);
        if (!match.Success) throw ArgumentValues.Refuse($"'{text}' is no time; {Form}");
        double days = Number(match, "d"), hours = Number(match, "h"), minutes = Number(match, "m");
        bool isOutOfRange = minutes >= 60 || Number(match, "s") >= 60 || (match.Groups["d"].Success && hours >= 24);
        if (isOutOfRange) throw ArgumentValues.Refuse($"'{text}' is no time; {Form}");
        return FromSeconds((((((days * 24) + hours) * 60) + minutes) * 60) + Number(match, "s"));
    }

    private static double Number(Match match, string name) =>
        match.Groups[name] is { Success: true } group ? double.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 0;

    // Requires seconds: two numbers could be hours and minutes, or minutes and seconds.
    [GeneratedRegex(
        @"^((?<d>[0-9]{1,8})\.)?(?<h>[0-9]{1,8}):(?<m>[0-9]{2}):(?<s>[0-9]{2}(\.[0-9]{1,7})?)$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Written();
}
