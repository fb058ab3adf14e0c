using System.Globalization;

namespace PbsModule.Bench.Harness;

/// <summary>Formats figures with their units, with three digits.</summary>
internal static class Units
{
    private const double Mebi = 1 << 20;
    private const double Gibi = 1 << 30;

    public static string Seconds(double seconds) => seconds switch
    {
        < 1e-6 => $"{Plain(seconds * 1e9)} ns",
        < 1e-3 => $"{Plain(seconds * 1e6)} µs",
        < 1 => $"{Plain(seconds * 1e3)} ms",
        _ => $"{Plain(seconds)} s",
    };

    public static string Rate(double bytesPerSecond) => bytesPerSecond < Gibi ? $"{Plain(bytesPerSecond / Mebi)} MiB/s" : $"{Plain(bytesPerSecond / Gibi)} GiB/s";

    public static string Bytes(double bytes) => Math.Abs(bytes) switch
    {
        < 4096 => $"{Plain(bytes)} B",
        < Mebi => $"{Plain(bytes / 1024)} KiB",
        < Gibi => $"{Plain(bytes / Mebi)} MiB",
        _ => $"{Plain(bytes / Gibi)} GiB",
    };

    public static string Count(double count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats with three digits if there is a fraction, with all digits if there is none.</summary>
    public static string Plain(double value) => Math.Abs(value) switch
    {
        < 10 => value.ToString("0.##", CultureInfo.InvariantCulture),
        < 100 => value.ToString("0.#", CultureInfo.InvariantCulture),
        _ => value.ToString("N0", CultureInfo.InvariantCulture),
    };
}
