using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cbor;

namespace PbsModule.Core.Formats.Rrd;

/// <summary>
/// Reads the format since 2.0.11: a magic number and one CBOR item. As in PBS, numbers may have any width, keys may be
/// in any order or be numbers, structures may be arrays, and tags and unknown keys are ignored. Source: proxmox-rrd.
/// </summary>
internal static class RrdFileV2
{
    private const string SourceKey = "source";
    private const string ArchivesKey = "rra_list";

    private static readonly string[] DatabaseFields = [SourceKey, ArchivesKey];
    private static readonly string[] SourceFields = ["dst", "last_update", "last_value"];
    private static readonly string[] ArchiveFields = ["resolution", "cf", "last_count", "data"];
    private static readonly string[] Sources = ["gauge", "derive", "counter"];
    private static readonly string[] Functions = ["average", "maximum", "minimum", "last"];

    /// <summary>Reads one field of a structure by its number.</summary>
    private delegate void ReadField(ref CborReader reader, int field);

    /// <summary>The first bytes of the SHA-256 of <c>Proxmox Round Robin Database file v2.0</c>.</summary>
    public static ReadOnlySpan<byte> Magic => [224, 200, 228, 27, 239, 112, 122, 159];

    /// <exception cref="PbsFormatException">The file is not valid: <c>unable to decode RRD file - …</c>.</exception>
    public static RrdDatabase Parse(ReadOnlySpan<byte> file)
    {
        try
        {
            var reader = new CborReader(file[Magic.Length..]);
            RrdDatabase database = ReadDatabase(ref reader);
            return reader.IsAtEnd ? database : throw CborReader.Invalid("trailing data", reader.Offset + 1);
        }
        catch (PbsFormatException e) when (e.ErrorId == PbsErrorId.CborInvalid)
        {
            throw RrdDatabase.Invalid($"unable to decode RRD file - {e.Reason}", Magic.Length + e.Offset);
        }
    }

    private static RrdDatabase ReadDatabase(ref CborReader reader)
    {
        var archives = new List<RrdArchive>();
        int source = 0;
        double lastUpdate = 0, lastValue = 0;
        ReadStructure(ref reader, DatabaseFields, (ref CborReader inner, int field) =>
        {
            if (field == 0)
            {
                ReadStructure(ref inner, SourceFields, (ref CborReader item, int part) =>
                {
                    if (part == 0) source = ReadVariant(ref item, Sources);
                    else if (part == 1) lastUpdate = ReadFloat(ref item);
                    else lastValue = ReadFloat(ref item);
                });
                return;
            }

            inner.ReadUntagged();
            ReadItems(ref inner, (ref CborReader item, int _) => archives.Add(ReadArchive(ref item)));
        });
        return new RrdDatabase((RrdSource)source, archives, lastUpdate, lastValue);
    }

    private static RrdArchive ReadArchive(ref CborReader reader)
    {
        ulong resolution = 0, count = 0;
        int function = 0;
        var data = new List<double>();
        ReadStructure(ref reader, ArchiveFields, (ref CborReader inner, int field) =>
        {
            switch (field)
            {
                case 0: resolution = ReadUnsigned(ref inner); break;
                case 1: function = ReadVariant(ref inner, Functions); break;
                case 2: count = ReadUnsigned(ref inner); break;
                default:
                    inner.ReadUntagged();
                    ReadItems(ref inner, (ref CborReader item, int _) => data.Add(ReadFloat(ref item)));
                    break;
            }
        });
        return new RrdArchive((ConsolidationFunction)function, resolution, [.. data], count);
    }

    private static void ReadStructure(ref CborReader reader, string[] fields, ReadField read)
    {
        reader.ReadUntagged();
        uint seen = 0;
        if (reader.Kind == CborKind.Array)
        {
            int at = 0;
            ReadItems(ref reader, (ref CborReader inner, int field) =>
            {
                if (field >= fields.Length) throw CborReader.Invalid("trailing data", inner.Offset);
                read(ref inner, field);
                at = field + 1;
            });
            seen = (1u << at) - 1;
        }
        else
        {
            seen = ReadMap(ref reader, fields, read);
        }

        for (int field = 0; field < fields.Length; field++)
        {
            if ((seen & (1u << field)) == 0)
            {
                throw CborReader.Invalid($"missing field `{fields[field]}`", reader.Offset);
            }
        }
    }

    /// <returns>One bit for each field found.</returns>
    private static uint ReadMap(ref CborReader reader, string[] fields, ReadField read)
    {
        if (reader.Kind != CborKind.Map) throw Unlike(reader, "struct");
        uint seen = 0;
        bool isIndefinite = reader.IsIndefinite;
        ulong count = reader.Value;
        for (ulong i = 0; isIndefinite || i < count; i++)
        {
            if (isIndefinite && reader.IsNextBreak)
            {
                reader.Read();
                break;
            }

            int field = ReadKey(ref reader, fields);
            if (field < 0)
            {
                reader.Read();
                reader.Skip();
                continue;
            }

            if ((seen & (1u << field)) != 0)
            {
                throw CborReader.Invalid($"duplicate field `{fields[field]}`", reader.Offset);
            }

            seen |= 1u << field;
            read(ref reader, field);
        }

        return seen;
    }

    /// <returns>The number of the field, or -1 if it is not known.</returns>
    private static int ReadKey(ref CborReader reader, string[] fields)
    {
        switch (reader.ReadUntagged())
        {
            case CborKind.Text or CborKind.Bytes:
                return Array.IndexOf(fields, Encoding.UTF8.GetString(reader.ReadContent()));
            case CborKind.Unsigned:
                return reader.Value < (ulong)fields.Length ? (int)reader.Value : -1;
            default:
                throw Unlike(reader, "field identifier");
        }
    }

    private static void ReadItems(ref CborReader reader, ReadField read)
    {
        if (reader.Kind != CborKind.Array) throw Unlike(reader, "a sequence");
        bool isIndefinite = reader.IsIndefinite;
        ulong count = reader.Value;
        for (int i = 0; isIndefinite || (ulong)i < count; i++)
        {
            if (isIndefinite && reader.IsNextBreak)
            {
                reader.Read();
                return;
            }

            read(ref reader, i);
        }
    }

    private static double ReadFloat(ref CborReader reader) => reader.ReadUntagged() switch
    {
        CborKind.Float => reader.Number,
        CborKind.Unsigned => reader.Value,
        CborKind.Negative => -1 - (double)reader.Value,
        _ => throw Unlike(reader, "f64"),
    };

    private static ulong ReadUnsigned(ref CborReader reader) => reader.ReadUntagged() switch
    {
        CborKind.Unsigned => reader.Value,
        CborKind.Negative =>
            throw CborReader.Invalid(
                $"invalid value: integer `{-1 - (Int128)reader.Value}`, expected u64",
                reader.Offset),
        _ => throw Unlike(reader, "u64"),
    };

    private static int ReadVariant(ref CborReader reader, string[] names)
    {
        if (reader.ReadUntagged() == CborKind.Unsigned && reader.Value < (ulong)names.Length) return (int)reader.Value;
        if (reader.Kind != CborKind.Text) throw Unlike(reader, "variant identifier");
        string text = Encoding.UTF8.GetString(reader.ReadContent());
        int index = Array.IndexOf(names, text);
        return index >= 0 ? index
            : throw CborReader.Invalid(
                $"unknown variant `{text}`, expected one of {string.Join(", ", names.Select(name => $"`{name}`"))}",
                reader.Offset);
    }

    private static PbsFormatException Unlike(CborReader reader, string expected)
    {
        if (reader.Kind == CborKind.Break) return CborReader.Invalid("unexpected code", reader.Offset);
        string found = reader.IsNull ? "null" : reader.Kind switch
        {
            CborKind.Unsigned or CborKind.Negative => "integer",
            CborKind.Float => "floating point",
            CborKind.Text => "string",
            CborKind.Bytes => "byte array",
            CborKind.Array => "sequence",
            CborKind.Map => "map",
            _ => "unit value",
        };
        return CborReader.Invalid($"invalid type: {found}, expected {expected}", reader.Offset);
    }
}
