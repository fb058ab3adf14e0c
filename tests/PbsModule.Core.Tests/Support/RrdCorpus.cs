using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using PbsModule.Core.Formats.Rrd;
using PbsModule.Core.Formats.Zstd;

namespace PbsModule.Core.Tests;

/// <summary>The statistics of the corpus, and how they are compared: bit by bit.</summary>
internal static class RrdCorpus
{
    public static readonly (string Name, ulong Span, ulong Resolution)[] Timeframes =
    [
        ("hour", 3600, 60), ("day", 86400, 60), ("week", 604800, 1800), ("month", 2592000, 1800), ("year", 31536000, 21600), ("decade", 316224000, 604800),
    ];

    public static readonly (string Name, ConsolidationFunction Function)[] Functions = [("AVERAGE", ConsolidationFunction.Average), ("MAX", ConsolidationFunction.Maximum)];

    public static string PathOf(string relative) => Corpus.PathOf($"rrd/{relative}");

    /// <summary>A file of answers, which is compressed where its name says so.</summary>
    public static JsonNode Json(string relative) => JsonAt(PathOf(relative));

    public static JsonNode JsonAt(string path)
    {
        if (!path.EndsWith(".zst", StringComparison.Ordinal)) return JsonNode.Parse(File.ReadAllBytes(path))!;
        using var content = new ZstdReadStream(File.OpenRead(path));
        return JsonNode.Parse(content)!;
    }

    public static RrdDatabase Load(string relative) => RrdDatabase.Parse(File.ReadAllBytes(PathOf(relative)));

    /// <summary>Where there are the files that are not copied; null elsewhere.</summary>
    public static string? Uncopied(string relative)
    {
        string path = Path.Combine(Corpus.RepositoryRoot, "..", "shared", "golden", "rrd", relative);
        return File.Exists(path) ? path : null;
    }

    public static void AssertEqual(JsonNode expected, RrdDatabase database, string what)
    {
        Assert.Equal(expected["dst"]!.GetValue<string>(), database.Source.ToString().ToLowerInvariant());
        AssertNumber(expected["last_update"], database.LastUpdate, what + " last_update");
        AssertNumber(expected["last_value"], database.LastValue, what + " last_value");
        JsonArray archives = expected["rra_list"]!.AsArray();
        Assert.Equal(archives.Count, database.Archives.Count);
        for (int i = 0; i < archives.Count; i++)
        {
            JsonNode wanted = archives[i]!;
            RrdArchive archive = database.Archives[i];
            string place = $"{what} archive {i}";
            Assert.Equal(wanted["cf"]!.GetValue<string>(), archive.Function.ToString().ToLowerInvariant());
            Assert.Equal(wanted["resolution"]!.GetValue<ulong>(), archive.Resolution);
            Assert.Equal(wanted["last_count"]!.GetValue<ulong>(), archive.LastCount);
            if (wanted["points"] is { } points) Assert.Equal(points.GetValue<int>(), archive.Data.Length);
            if (wanted["nonnan"] is { } full) Assert.Equal(full.GetValue<int>(), archive.Data.Count(value => !double.IsNaN(value)));
            if (wanted["data"] is not { } data) continue;
            double[] values = data is JsonArray list ? [.. list.Select(Number)]
                : MemoryMarshal.Cast<byte, double>(Convert.FromBase64String(data.GetValue<string>())).ToArray();
            Assert.Equal(values.Length, archive.Data.Length);
            for (int slot = 0; slot < values.Length; slot++) AssertSame(values[slot], archive.Data[slot], $"{place} slot {slot}");
        }
    }

    public static void AssertNumber(JsonNode? expected, double actual, string what) => AssertSame(Number(expected), actual, what);

    /// <summary>JSON has no infinity, so there is null in its place.</summary>
    public static void AssertPoint(JsonNode? expected, double? actual, string what) =>
        AssertNumber(expected, actual is { } value && double.IsFinite(value) ? value : double.NaN, what);

    /// <summary>Null is NaN.</summary>
    public static double Number(JsonNode? node) => node is null ? double.NaN
        : node.GetValueKind() == System.Text.Json.JsonValueKind.String ? (node.GetValue<string>() == "-inf" ? double.NegativeInfinity : double.PositiveInfinity)
        : node.GetValue<double>();

    private static void AssertSame(double expected, double actual, string what)
    {
        bool same = double.IsNaN(expected) ? double.IsNaN(actual) : BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(actual);
        Assert.True(same, $"{what}: expected {expected:R}, got {actual:R}");
    }
}
