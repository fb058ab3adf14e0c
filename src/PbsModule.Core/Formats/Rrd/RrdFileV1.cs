using System.Buffers.Binary;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Rrd;

/// <summary>
/// Reads the first format, of PBS up to 2.0: ten archives of 70 slots. Converts it to a database with the current
/// archives exactly as PBS does, including PBS's error that the current slot is stored 70 slots in the past. Source:
/// proxmox-rrd.
/// </summary>
internal static class RrdFileV1
{
    private const int Length = 6008;
    private const int Slots = 70;
    private const int ArchiveSize = 600;
    private const int FlagsAt = 0;
    private const int ResolutionAt = 8;
    private const int LastUpdateAt = 16;
    private const int DataAt = 40;

    // The positions of the archives, in pairs of average and maximum.
    private const int Hour = 0;
    private const int Day = 2;
    private const int Week = 4;
    private const int Month = 6;
    private const int Year = 8;

    private const int Derive = 2;
    private const int Counter = 4;

    /// <summary>The first bytes of the SHA-256 of <c>Proxmox Round Robin Database file v1.0</c>.</summary>
    public static ReadOnlySpan<byte> Magic => [206, 46, 26, 212, 172, 158, 5, 186];

    /// <exception cref="PbsFormatException">
    /// The file does not have the right size: <c>wrong data size (6007 != 6008)</c>.
    /// </exception>
    public static RrdDatabase Parse(ReadOnlySpan<byte> file)
    {
        if (file.Length != Length)
        {
            throw RrdDatabase.Invalid($"wrong data size ({file.Length} != {Length})", Math.Min(file.Length, Length));
        }

        ReadOnlySpan<byte> body = file[Magic.Length..];
        RrdArchive[] archives = RrdDatabase.PbsArchives();
        for (int function = 0; function < 2; function++)
        {
            Convert(body, function, archives.AsSpan());
        }

        ulong flags = BinaryPrimitives.ReadUInt64LittleEndian(body[FlagsAt..]);
        RrdSource source =
            (flags & 0xFF) switch { Derive => RrdSource.Derive, Counter => RrdSource.Counter, _ => RrdSource.Gauge };
        return new RrdDatabase(source, archives, BinaryPrimitives.ReadDoubleLittleEndian(body[LastUpdateAt..]));
    }

    /// <summary>Converts the archives of one function. Later calls overwrite the values of earlier ones.</summary>
    private static void Convert(ReadOnlySpan<byte> body, int function, Span<RrdArchive> archives)
    {
        RrdArchive day = archives[function], month =
            archives[2 + function], year = archives[4 + function], decade = archives[6 + function];
        Put(body, Day + function, 30, day);
        Put(body, Hour + function, 1, day);
        Put(body, Month + function, 24, month);
        Put(body, Week + function, 6, month);
        Put(body, Day + function, 1, month);
        Put(body, Year + function, 28, year);
        Put(body, Year + function, 1, decade);
    }

    private static void Put(ReadOnlySpan<byte> body, int archive, int factor, RrdArchive target)
    {
        ReadOnlySpan<byte> bytes = body.Slice(archive * ArchiveSize, ArchiveSize);
        ulong resolution = BinaryPrimitives.ReadUInt64LittleEndian(bytes[ResolutionAt..]);
        if (resolution == 0) return;
        ulong last = (ulong)BinaryPrimitives.ReadDoubleLittleEndian(bytes[LastUpdateAt..]);
        Span<double> values = stackalloc double[Slots];
        ulong start = unchecked((last / resolution * resolution) - (resolution * Slots));
        for (int i = 0; i < Slots; i++)
        {
            int slot = (int)(unchecked(start + ((ulong)i * resolution)) / resolution % Slots);
            values[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(DataAt + (slot * sizeof(double)))..]);
        }

        Spread(values, start, factor, target);
    }

    /// <summary>
    /// Writes values with linear interpolation between neighbors. The last value is followed by the first.
    /// </summary>
    private static void Spread(ReadOnlySpan<double> values, ulong start, int factor, RrdArchive target)
    {
        ulong time = start;
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i], next = values[(i + 1) % values.Length];
            for (int step = 0; step < factor; step++)
            {
                double between = !double.IsNaN(value) && !double.IsNaN(next) ? Between(value, next, step, factor)
                    : !double.IsNaN(value) ? (step == 0 ? value : double.NaN)
                    : step == factor - 1 ? next : double.NaN;
                if (factor == 1) between = value;
                if (!double.IsNaN(between)) target.Data[target.Slot(time)] = between;
                time = unchecked(time + target.Resolution);
            }
        }
    }

    private static double Between(double value, double next, int step, int factor) =>
        value + ((next - value) / factor * step);
}
