using System.Text.Json.Nodes;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Rrd;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Statistics;

namespace PbsModule.Core.Tests;

/// <summary>Folders of killed servers: what their journals hold is taken in as the next server does.</summary>
public sealed class RrdFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("crash")]
    [InlineData("crash2")]
    public void A_killed_server_leaves_journals_that_are_taken_in(string name)
    {
        string root = Copy(name);
        JsonNode after = RrdCorpus.Json($"{name}-after.json.zst");
        Dictionary<string, JsonNode> decoded = after["decode"]!.AsArray().ToDictionary(file => file!["file"]!.GetValue<string>(), file => file!);
        string[] unchanged = [.. after["unchanged"]!.AsArray().Select(file => file!.GetValue<string>())];
        var problems = new List<ListingProblem>();
        IReadOnlyDictionary<string, RrdDatabase> databases = new RrdFolder(root, FolderAccess.Default).Read([.. decoded.Keys, .. unchanged], problems.Add);
        Assert.Equal(decoded.Count + unchanged.Length, databases.Count);
        foreach ((string key, JsonNode expected) in decoded) RrdCorpus.AssertEqual(expected, databases[key], key);
        Dictionary<string, JsonNode> before = RrdCorpus.Json("decode.json.zst").AsArray().ToDictionary(file => file!["file"]!.GetValue<string>(), file => file!);
        foreach (string key in unchanged) RrdCorpus.AssertEqual(before[key], databases[key], key);
        Conformance.Agrees(Conformance.Statistics, $"journals of {name}");

        IEnumerable<string> expectedLog = after["log"]!.AsArray().Select(line => line!.GetValue<string>())
            .Where(line => line.StartsWith("WARN", StringComparison.Ordinal) || line.StartsWith("ERROR", StringComparison.Ordinal)).Select(line => line[(line.IndexOf(':') + 2)..]);
        Assert.Equal(expectedLog.Order(StringComparer.Ordinal), problems.Select(problem => problem.Message).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("crash")]
    [InlineData("crash2")]
    public void Extracts_over_the_journal_are_those_of_the_next_server(string name)
    {
        string root = Copy(name);
        JsonNode expected = RrdCorpus.Json($"{name}-extract.json.zst");
        ulong now = (ulong)expected["now"]!.GetValue<double>();
        int compared = 0;
        foreach ((string group, JsonNode? result) in expected["result"]!.AsObject())
        {
            string[] metrics = [.. expected["items"]![group]!.AsArray().Select(item => item!.GetValue<string>())];
            IReadOnlyDictionary<string, RrdDatabase> databases = new RrdFolder(root, FolderAccess.Portable).Read([.. metrics.Select(metric => $"{group}/{metric}")], _ => { });
            foreach ((string timeframe, ulong span, ulong resolution) in RrdCorpus.Timeframes)
            {
                foreach ((string mode, ConsolidationFunction function) in RrdCorpus.Functions)
                {
                    JsonArray points = result![timeframe]![mode]!.AsArray();
                    foreach (string metric in metrics)
                    {
                        // A server knows only what it has touched since it started; what is there all the same is more than it tells.
                        if (!points.Any(point => point![metric] is not null)) continue;
                        RrdSeries series = databases[$"{group}/{metric}"].Extract(function, resolution, now - span, now);
                        Assert.Equal(points.Count, series.Values.Length);
                        for (int i = 0; i < points.Count; i++) RrdCorpus.AssertPoint(points[i]![metric], series.Values[i], $"{group}/{metric} {timeframe} {mode} {i}");
                        Conformance.Agrees(Conformance.Statistics, $"{name} {group}/{metric} {timeframe} {mode}");
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 60, $"{compared}");
    }

    [Fact]
    public void A_line_that_is_no_text_costs_that_line_alone()
    {
        JsonNode file = RrdCorpus.Json("journal-invalid-utf8.json");
        Write("rrd.journal", Convert.FromHexString(file["journal-hex"]!.GetValue<string>()));
        var problems = new List<ListingProblem>();
        RrdDatabase database = new RrdFolder(_folder.Root, FolderAccess.Default).Read(["host/cpu"], problems.Add)["host/cpu"];
        Assert.Equal("unable to parse rrd journal 'rrd.journal' line 2 (skip) - stream did not contain valid UTF-8", Assert.Single(problems).Message);
        Assert.Equal(1717245316.25, database.LastUpdate);
    }

    [Fact]
    public void A_damaged_file_is_reported_and_what_the_journal_has_is_answered()
    {
        Write("datastore/main/used", [1, 2, 3]);
        Write("datastore/main/total", File.ReadAllBytes(RrdCorpus.PathOf("broken/truncated")));
        Write("datastore/main/available", File.ReadAllBytes(RrdCorpus.PathOf("rrdb/datastore/main/available")));
        Write("rrd.journal", "1717245316.25:5:0:datastore/main/used\n1717245316.25:6:0:datastore/main/tot"u8.ToArray());
        var problems = new List<ListingProblem>();
        IReadOnlyDictionary<string, RrdDatabase> databases =
            new RrdFolder(_folder.Root, FolderAccess.Default).Read(["datastore/main/used", "datastore/main/total", "datastore/main/available", "datastore/main/none"], problems.Add);
        Assert.Equal(["datastore/main/available", "datastore/main/used"], databases.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1717245316.25, databases["datastore/main/used"].LastUpdate);
        Assert.All(problems, problem => Assert.Equal((PbsErrorId.RrdInvalid, ListingProblemKind.Warning), (problem.ErrorId, problem.Kind)));
        Assert.Equal(2, problems.Count);
        Assert.Contains(problems, problem => problem.Message.Contains("'" + Path.Combine(_folder.Root, "datastore", "main", "used"), StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_that_is_not_there_has_no_statistics()
    {
        var problems = new List<ListingProblem>();
        Assert.Empty(new RrdFolder(_folder["nowhere"], FolderAccess.Default).Read(["datastore/main/used"], problems.Add));
        Assert.Empty(problems);
    }

    [Fact]
    public void A_journal_full_of_noise_is_told_in_few_words()
    {
        Write("rrd.journal", System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("noise\n", 500))));
        var problems = new List<ListingProblem>();
        new RrdFolder(_folder.Root, FolderAccess.Default).Read([], problems.Add);
        Assert.Equal(101, problems.Count);
        Assert.Equal("unable to parse 400 more lines of rrd journal 'rrd.journal'", problems[^1].Message);
    }

    private string Copy(string name)
    {
        string root = _folder["rrdb"];
        CopyTree(RrdCorpus.PathOf("crash"), root);
        if (name == "crash") return root;
        File.Delete(Path.Combine(root, "rrd.journal"));
        CopyTree(RrdCorpus.PathOf(name), root);
        return root;
    }

    private static void CopyTree(string source, string target)
    {
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private void Write(string relative, byte[] content)
    {
        string path = _folder[relative];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }
}
