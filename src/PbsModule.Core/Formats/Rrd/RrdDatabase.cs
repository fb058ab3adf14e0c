using System.Globalization;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Rrd;

/// <summary>What the values of a database are.</summary>
internal enum RrdSource
{
    Gauge,

    /// <summary>A rising count, kept as its rate a second; where it was reset the rate is negative.</summary>
    Derive,

    /// <summary>The same, where a reset is no value.</summary>
    Counter,
}

/// <summary>Values of one archive.</summary>
/// <param name="Start">Time of the first, Unix seconds.</param>
/// <param name="Resolution">Seconds from one to the next.</param>
/// <param name="Values">Null where there is none.</param>
internal sealed record RrdSeries(ulong Start, ulong Resolution, double?[] Values);

/// <summary>
/// A round-robin database: one metric, in rings of coarser and coarser slots. Read out of a file of either format,
/// brought up to date out of the journal. Nothing is written back. Source: proxmox-rrd, described in access-and-admin
/// §9.
/// </summary>
internal sealed class RrdDatabase(
    RrdSource source,
    IReadOnlyList<RrdArchive> archives,
    double lastUpdate = 0,
    double lastValue = double.NaN)
{
    private const int MagicLength = 8;

    public RrdSource Source => source;

    public IReadOnlyList<RrdArchive> Archives => archives;

    /// <summary>Unix seconds with fraction; 0 before the first value.</summary>
    public double LastUpdate { get; private set; } = lastUpdate;

    /// <summary>The last raw value, NaN where it is not known.</summary>
    public double LastValue { get; private set; } = lastValue;

    /// <summary>As PBS makes a new one.</summary>
    public static RrdDatabase New(RrdSource source) => new(source, PbsArchives());

    /// <exception cref="PbsFormatException">In PBS's words.</exception>
    public static RrdDatabase Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length < MagicLength)
        {
            throw Invalid($"not an rrd file - file is too small ({file.Length})", file.Length);
        }

        ReadOnlySpan<byte> magic = file[..MagicLength];
        RrdDatabase database = magic.SequenceEqual(RrdFileV1.Magic) ? RrdFileV1.Parse(file)
            : magic.SequenceEqual(RrdFileV2.Magic) ? RrdFileV2.Parse(file)
            : throw Invalid("not an rrd file - unknown magic number", 0);
        return database.LastUpdate < 0
            ? throw Invalid("rrd file has negative last_update time", MagicLength)
            : database;
    }

    /// <summary>Takes in a value.</summary>
    /// <param name="time">Unix seconds.</param>
    /// <param name="value">The value, or the count for what is kept as a rate.</param>
    /// <param name="error">Why it is refused, in PBS's words.</param>
    /// <returns>False where it is refused; then only the raw value of a counter may have changed.</returns>
    public bool TryUpdate(double time, double value, out string? error)
    {
        error = time < 0 ? "got negative time"
            : time <= LastUpdate ? string.Create(CultureInfo.InvariantCulture, $"time in past ({time} < {LastUpdate})")
            : double.IsNaN(value) ? "new value is NAN"
            : null;
        if (error is not null) return false;
        double kept = value;
        if (source != RrdSource.Gauge)
        {
            if (!TryDifference(value, out double difference, out error)) return false;
            kept = difference / (time - LastUpdate);
        }

        double last = LastUpdate;
        LastUpdate = time;
        LastValue = value;
        foreach (RrdArchive archive in archives) archive.Update(time, last, kept);
        return true;
    }

    /// <summary>
    /// Values out of the archive of that function with the largest resolution that is not above the one asked for.
    /// </summary>
    /// <param name="function">Which archives.</param>
    /// <param name="resolution">Seconds.</param>
    /// <param name="start">Unix seconds.</param>
    /// <param name="end">Unix seconds, included.</param>
    /// <exception cref="PbsNotFoundException"><c>unable to find RRA suitable (Average:60)</c></exception>
    public RrdSeries Extract(ConsolidationFunction function, ulong resolution, ulong start, ulong end)
    {
        RrdArchive? best = null;
        foreach (RrdArchive archive in archives)
        {
            if (archive.Function == function
                && archive.Resolution <= resolution
                && (best is null || archive.Resolution > best.Resolution))
            {
                best = archive;
            }
        }

        return best is null
            ? throw new PbsNotFoundException(
                PbsErrorId.RrdArchiveMissing,
                $"unable to find RRA suitable ({function}:{resolution})")
                : new RrdSeries(start, best.Resolution, best.Extract(start, end, LastUpdate));
    }

    internal static PbsFormatException Invalid(string reason, long offset) =>
        new(PbsErrorId.RrdInvalid, reason, offset);

    /// <summary>
    /// An average and a maximum each: a day of minutes, a month of half hours, a year of quarter days, a decade of
    /// weeks.
    /// </summary>
    internal static RrdArchive[] PbsArchives()
    {
        ReadOnlySpan<(ulong Resolution, int Slots)> shapes = [(60, 1440), (1800, 1440), (21600, 1440), (604800, 570)];
        var result = new List<RrdArchive>();
        foreach ((ulong resolution, int slots) in shapes)
        {
            result.Add(new RrdArchive(ConsolidationFunction.Average, resolution, Empty(slots)));
            result.Add(new RrdArchive(ConsolidationFunction.Maximum, resolution, Empty(slots)));
        }

        return [.. result];
    }

    private static double[] Empty(int slots)
    {
        double[] data = new double[slots];
        Array.Fill(data, double.NaN);
        return data;
    }

    private bool TryDifference(double value, out double difference, out string? error)
    {
        bool isFirst = double.IsNaN(LastValue);
        bool isCounter = source == RrdSource.Counter;
        difference = isFirst ? 0 : value - LastValue;
        error = isFirst || !isCounter ? null
            : value < 0 ? "got negative value for counter"
            : value < LastValue ? "counter overflow/reset detected"
            : null;
        if (error is null) return true;
        if (value >= 0) LastValue = value;
        return false;
    }
}
