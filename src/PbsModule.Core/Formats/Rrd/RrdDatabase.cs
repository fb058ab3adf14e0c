using System.Globalization;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Rrd;

/// <summary>The kind of values in a database.</summary>
internal enum RrdSource
{
    Gauge,

    /// <summary>An increasing count, stored as its rate per second. The rate is negative after a reset.</summary>
    Derive,

    /// <summary>An increasing count, stored as its rate per second. A reset gives no value.</summary>
    Counter,
}

/// <summary>The values of one archive.</summary>
/// <param name="Start">The time of the first value in Unix seconds.</param>
/// <param name="Resolution">The interval between two values in seconds.</param>
/// <param name="Values">The values. Null for each empty slot.</param>
internal sealed record RrdSeries(ulong Start, ulong Resolution, double?[] Values);

/// <summary>
/// A round-robin database: one metric in rings of increasingly long slots. It is read from a file of either format and
/// updated from the journal. Nothing is written back. Source: proxmox-rrd.
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

    /// <summary>The time of the last update in Unix seconds with a fraction. 0 before the first value.</summary>
    public double LastUpdate { get; private set; } = lastUpdate;

    /// <summary>The last raw value, or NaN if it is not known.</summary>
    public double LastValue { get; private set; } = lastValue;

    /// <summary>Creates an empty database with the archives that PBS uses.</summary>
    public static RrdDatabase New(RrdSource source) => new(source, PbsArchives());

    /// <exception cref="PbsFormatException">The file is not valid. The message is PBS's.</exception>
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

    /// <summary>Adds a value.</summary>
    /// <param name="time">The time of the value in Unix seconds.</param>
    /// <param name="value">The value, or the count for a database of rates.</param>
    /// <param name="error">The reason for a refusal in PBS's words, or null.</param>
    /// <returns>False if the value is refused. Then only the last raw value of a counter may have changed.</returns>
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
    /// Returns values of the archive with the given function that has the largest resolution not above the requested
    /// one.
    /// </summary>
    /// <param name="function">The function of the archives to use.</param>
    /// <param name="resolution">The requested resolution in seconds.</param>
    /// <param name="start">The first time in Unix seconds.</param>
    /// <param name="end">The last time in Unix seconds, inclusive.</param>
    /// <exception cref="PbsNotFoundException">
    /// No archive fits: <c>unable to find RRA suitable (Average:60)</c>.
    /// </exception>
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
    /// Creates the archives that PBS uses, each with an average and a maximum: a day in minutes, a month in half hours,
    /// a year in quarter days, and a decade in weeks.
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
