using System.Globalization;
using System.Management.Automation;
using PbsModule.Core.Features.Verify;

namespace PbsModule.Binding;

/// <summary>
/// Converts the size of a sample: a share as text (<c>5%</c>), or bytes, which PowerShell converts to a number if
/// written as <c>200GB</c>.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SampleTransformationAttribute : ArgumentTransformationAttribute
{
    private const string Form = "a sample reads like 5%, or 200GB";

    private static readonly (string Suffix, long Factor)[] Units =
        [("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("PB", 1L << 50)];

    public override object? Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        ArgumentValues.Unwrap(inputData) switch
        {
            VerifySample sample => sample,
            string text => Parse(text.Trim()),
            int or long or double or decimal or uint or ulong =>
                Bytes(Convert.ToDouble(ArgumentValues.Unwrap(inputData), CultureInfo.InvariantCulture)),
            var other => throw ArgumentValues.Refuse($"'{other}' is no sample; {Form}"),
        };

    private static VerifySample Parse(string text)
    {
        if (text.EndsWith('%'))
        {
            return TryNumber(text[..^1], out double percent) && percent is > 0 and <= 100
                ? new VerifySample(percent / 100, null)
                : throw ArgumentValues.Refuse($"'{text}' is no share between 0% and 100%");
        }

        foreach ((string suffix, long factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && TryNumber(text[..^suffix.Length], out double number))
            {
                return Bytes(number * factor);
            }
        }

        return TryNumber(text, out double bytes)
            ? Bytes(bytes)
            : throw ArgumentValues.Refuse($"'{text}' is no sample; {Form}");
    }

    private static VerifySample Bytes(double bytes) => bytes is >= 1 and < long.MaxValue
        ? new VerifySample(null, (long)bytes)
        : throw ArgumentValues.Refuse(
            $"a sample of {bytes.ToString(CultureInfo.InvariantCulture)} bytes proves nothing; {Form}");

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(
            text,
            NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture,
            out number);
}
