using System.Text.Json.Nodes;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Rrd;

namespace PbsModule.Core.Tests;

/// <summary>Files of both formats as PBS decodes, converts, updates and extracts them.</summary>
public sealed class RrdGoldenTests
{
    [Fact]
    public void Every_file_is_decoded_and_converted_as_the_real_server_does()
    {
        JsonArray files = RrdCorpus.Json("decode.json.zst").AsArray();
        Assert.Equal(33, files.Count);
        foreach (JsonNode? file in files)
        {
            string name = file!["file"]!.GetValue<string>();
            RrdCorpus.AssertEqual(file, RrdCorpus.Load($"rrdb/{name}"), name);
            Conformance.Agrees(Conformance.Statistics, $"decoded {name}");
        }
    }

    [Fact]
    public void A_file_of_the_first_format_reads_as_the_one_it_was_converted_to()
    {
        string[] converted = Directory.GetFiles(RrdCorpus.PathOf("v1-as-v2"));
        Assert.Equal(7, converted.Length);
        foreach (string file in converted)
        {
            string name = Path.GetFileName(file);
            RrdDatabase old = RrdCorpus.Load($"rrdb/{name.Replace("old_", "old/").Replace("empty_", "empty/").Replace("datastore_", "datastore/")}");
            RrdDatabase now = RrdDatabase.Parse(File.ReadAllBytes(file));
            Assert.Equal((now.Source, now.LastUpdate), (old.Source, old.LastUpdate));
            for (int i = 0; i < now.Archives.Count; i++)
            {
                Assert.Equal(now.Archives[i].Data.Select(BitsOf), old.Archives[i].Data.Select(BitsOf));
            }
        }
    }

    [Fact]
    public void Broken_files_are_refused_in_the_words_of_the_real_server_and_odd_ones_read()
    {
        JsonArray cases = RrdCorpus.Json("broken.json")["cases"]!.AsArray();
        int refused = 0;
        foreach (JsonNode? each in cases)
        {
            string name = each!["file"]!.GetValue<string>();
            if (!File.Exists(RrdCorpus.PathOf($"broken/{name}"))) continue;
            if (each["ok"] is { } expected)
            {
                RrdCorpus.AssertEqual(expected, RrdCorpus.Load($"broken/{name}"), name);
                Conformance.Agrees(Conformance.Statistics, $"odd {name}");
                continue;
            }

            refused++;
            PbsFormatException error = Assert.Throws<PbsFormatException>(() => RrdCorpus.Load($"broken/{name}"));
            Assert.Equal(PbsErrorId.RrdInvalid, error.ErrorId);
            Assert.InRange(error.Offset, 0, new FileInfo(RrdCorpus.PathOf($"broken/{name}")).Length);

            // The server counts from behind the magic, and says so of what is no CBOR at all.
            string text = each["error"]!.GetValue<string>();
            string said = text.Contains(" at offset ", StringComparison.Ordinal) ? $"{error.Reason} at offset {error.Offset - 8}" : error.Reason;
            Assert.Equal(text, said);
            Conformance.Agrees(Conformance.Statistics, $"broken {name}");
        }

        Assert.Equal(18, refused);
    }

    [Fact]
    public void Updates_leave_the_state_of_the_real_server_after_each_value()
    {
        int states = 0;
        foreach ((string name, JsonNode? sequence) in RrdCorpus.Json("replay.json.zst")["cases"]!.AsObject())
        {
            RrdDatabase database = NewOf(sequence!);
            foreach (JsonNode? state in sequence!["states"]!.AsArray())
            {
                JsonArray update = state!["update"]!.AsArray();
                bool taken = database.TryUpdate(RrdCorpus.Number(update[0]), RrdCorpus.Number(update[1]), out string? error);
                string? log = state["log"]?[0]!.GetValue<string>();
                Assert.Equal(log, taken ? null : $"ERROR: rrd update failed: {error}");
                RrdCorpus.AssertEqual(state, database, $"{name}, state {states++}");
            }

            AssertExtracts(name, sequence, database);
            Conformance.Agrees(Conformance.Statistics, $"updates {name}");
            if (sequence["file-hex"] is not { } hex) continue;
            RrdDatabase saved = RrdDatabase.Parse(Convert.FromHexString(hex.GetValue<string>()));
            if (sequence["states"]!.AsArray() is { Count: > 0 } all) RrdCorpus.AssertEqual(all[^1]!, saved, $"{name}, saved");
        }

        Assert.True(states > 300);
    }

    [Fact]
    public void Extracts_at_the_edges_are_those_of_the_real_server()
    {
        JsonNode file = RrdCorpus.Json("extract-raw.json");
        ulong now = (ulong)file["now"]!.GetValue<double>();
        int compared = 0;
        foreach (JsonNode? each in file["cases"]!.AsArray())
        {
            JsonArray arguments = each!["args"]!.AsArray();
            string path = RrdCorpus.PathOf($"rrdb/{arguments[1]}/{arguments[2]}");
            if (!File.Exists(path)) continue;
            RrdDatabase database = RrdDatabase.Parse(File.ReadAllBytes(path));
            var function = Enum.Parse<ConsolidationFunction>(arguments[3]!.GetValue<string>(), ignoreCase: true);
            ulong resolution = arguments[4]!.GetValue<ulong>();
            ulong end = arguments[6]?.GetValue<ulong>() ?? now;
            ulong start = arguments[5]?.GetValue<ulong>() ?? end - (10 * resolution);
            compared++;
            AssertExtract(each, database, function, resolution, start, end, each["args"]!.ToJsonString());
            Conformance.Agrees(Conformance.Statistics, $"extract {arguments.ToJsonString()}");
        }

        Assert.Equal(19, compared);
    }

    [Fact]
    public void Timeframes_of_files_that_are_not_copied_are_extracted_too()
    {
        string? expected = RrdCorpus.Uncopied("extract/seed-old-now.json.zst");
        Skip.If(expected is null, "the test files of the proxmox-rrd crate are not part of the project");
        JsonNode file = RrdCorpus.JsonAt(expected!);
        ulong now = (ulong)file["now"]!.GetValue<double>();
        foreach (string metric in (string[])["cpu", "cpu2"])
        {
            RrdDatabase database = RrdDatabase.Parse(File.ReadAllBytes(RrdCorpus.Uncopied($"rrdb/seed/{metric}")!));
            foreach ((string timeframe, ulong span, ulong resolution) in RrdCorpus.Timeframes)
            {
                foreach ((string name, ConsolidationFunction function) in RrdCorpus.Functions)
                {
                    JsonArray points = file["result"]![timeframe]![name]!.AsArray();
                    RrdSeries series = database.Extract(function, resolution, now - span, now);
                    Assert.Equal(points.Count, series.Values.Length);
                    for (int i = 0; i < points.Count; i++) RrdCorpus.AssertPoint(points[i]![metric], series.Values[i], $"{metric} {timeframe} {name} {i}");
                }
            }
        }
    }

    [Fact]
    public void Vectors_of_the_specification()
    {
        AssertVector(RrdSource.Gauge, ConsolidationFunction.Maximum, 1, 0, 300, [null, 3, 5, 7, 9]);
        AssertVector(RrdSource.Gauge, ConsolidationFunction.Minimum, 1, 0, 300, [null, 2, 4, 6, 8]);
        AssertVector(RrdSource.Gauge, ConsolidationFunction.Last, 1, 0, 1200, [null, 3, 5, 7, 9]);
        AssertVector(RrdSource.Derive, ConsolidationFunction.Average, 60, 60, 300, [1, 2, 2, 2, null]);
        AssertVector(RrdSource.Gauge, ConsolidationFunction.Average, 1, 60, 300, [2.5, 4.5, 6.5, 8.5, null]);
        RrdDatabase database = Vector(RrdSource.Gauge, ConsolidationFunction.Average, 1, 13);
        Assert.Equal([null, 4.5, 6.5, 8.5, 10.5], database.Extract(ConsolidationFunction.Average, 60, 60, 300).Values);
        Assert.Equal([6.5, 8.5, 10.5, 12.5, null], database.Extract(ConsolidationFunction.Average, 60, 180, 480).Values);
        Assert.True(database.TryUpdate(3000, 100, out _));
        Assert.Equal([100, null, null, null, null], database.Extract(ConsolidationFunction.Average, 60, 3000, 3300).Values);
        Assert.Empty(database.Extract(ConsolidationFunction.Average, 60, 3000, 60).Values);
        Assert.Equal("unable to find RRA suitable (Maximum:60)", Assert.Throws<PbsNotFoundException>(() => database.Extract(ConsolidationFunction.Maximum, 60, 0, 60)).Message);
    }

    [Fact]
    public void Mutated_files_are_refused_or_read_without_memory_they_only_claim()
    {
        byte[][] samples = [.. ((string[])["rrdb/datastore/custom/total", "rrdb/datastore/old/used", "broken/packed-keys", "broken/tagged", "broken/struct-as-array", "broken/map-order-and-extra-key"])
            .Select(file => File.ReadAllBytes(RrdCorpus.PathOf(file)))];
        MutationFuzz.Run(samples, bytes =>
        {
            RrdDatabase database = RrdDatabase.Parse(bytes);
            database.TryUpdate(1e9, 1, out _);
            foreach (RrdArchive archive in database.Archives)
            {
                archive.Extract(0, ulong.MaxValue, database.LastUpdate);
                archive.Extract(ulong.MaxValue - 10, ulong.MaxValue, database.LastUpdate);
            }
        }, allocationLimit: 8 << 20);
    }

    [Fact]
    public void Mutated_journals_are_read_as_far_as_they_can_be()
    {
        byte[][] samples = [File.ReadAllBytes(RrdCorpus.PathOf("crash2/rrd.journal"))];
        MutationFuzz.Run(samples, bytes => Assert.All(RrdJournalText.Parse(bytes, (_, _) => { }), entry => Assert.NotNull(entry.Path)));
    }

    /// <summary>There are many NaNs.</summary>
    private static long BitsOf(double value) => double.IsNaN(value) ? 0 : BitConverter.DoubleToInt64Bits(value);

    private static void AssertVector(RrdSource source, ConsolidationFunction function, double scale, ulong start, ulong end, double?[] expected) =>
        Assert.Equal(expected, Vector(source, function, scale, 9).Extract(function, 60, start, end).Values);

    private static RrdDatabase Vector(RrdSource source, ConsolidationFunction function, double scale, int last)
    {
        var database = new RrdDatabase(source, [new RrdArchive(function, 60, [double.NaN, double.NaN, double.NaN, double.NaN, double.NaN])]);
        for (int i = 2; i <= last; i++) Assert.True(database.TryUpdate(i * 30, i * scale, out _));
        return database;
    }

    private static RrdDatabase NewOf(JsonNode sequence)
    {
        RrdArchive[] archives = [.. sequence["rras"]!.AsArray().Select(archive =>
        {
            double[] data = new double[archive![2]!.GetValue<int>()];
            Array.Fill(data, double.NaN);
            return new RrdArchive(Enum.Parse<ConsolidationFunction>(archive[0]!.GetValue<string>(), ignoreCase: true), archive[1]!.GetValue<ulong>(), data);
        })];
        return new RrdDatabase(Enum.Parse<RrdSource>(sequence["dst"]!.GetValue<string>(), ignoreCase: true), archives);
    }

    private static void AssertExtracts(string name, JsonNode sequence, RrdDatabase database)
    {
        foreach (JsonNode? each in sequence["extract"]!.AsArray())
        {
            JsonArray arguments = each!["args"]!.AsArray();
            AssertExtract(
                each, database, Enum.Parse<ConsolidationFunction>(arguments[0]!.GetValue<string>(), ignoreCase: true), arguments[1]!.GetValue<ulong>(),
                arguments[2]!.GetValue<ulong>(), arguments[3]!.GetValue<ulong>(), $"{name} {arguments.ToJsonString()}");
        }
    }

    private static void AssertExtract(JsonNode expected, RrdDatabase database, ConsolidationFunction function, ulong resolution, ulong start, ulong end, string what)
    {
        if (expected["error"] is { } error)
        {
            Assert.Equal(error.GetValue<string>(), Assert.Throws<PbsNotFoundException>(() => database.Extract(function, resolution, start, end)).Message);
            return;
        }

        RrdSeries series = database.Extract(function, resolution, start, end);
        Assert.Equal((expected["start"]!.GetValue<ulong>(), expected["resolution"]!.GetValue<ulong>()), (series.Start, series.Resolution));
        JsonArray data = expected["data"]!.AsArray();
        Assert.Equal(data.Count, series.Values.Length);
        for (int i = 0; i < data.Count; i++) RrdCorpus.AssertPoint(data[i], series.Values[i], $"{what} {i}");
    }
}
