using System.Text.Json.Nodes;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Formats.Rrd;

namespace PbsModule.Core.Tests;

/// <summary>Statistics of registered stores as the server's API answers, and forecasts.</summary>
public sealed class DatastoreMetricTests : IDisposable
{
    private static readonly string[] Stores = ["main", "old", "idle", "future", "single", "empty", "counter", "custom", "nosuch"];

    private readonly StoreOnDisk _disk = new();
    private readonly ServerFolder _server = new();
    private readonly List<ListingProblem> _problems = [];

    public DatastoreMetricTests() => _server.Register([.. Stores.Select(name => (name, _disk.Path, ""))]);

    private string Database => Path.Combine(_server.Root, "lib", "rrdb");

    public void Dispose()
    {
        _disk.Dispose();
        _server.Dispose();
    }

    public static TheoryData<string> Names => [.. Stores];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_timeframe_is_answered_as_by_the_real_server(string name)
    {
        CopyDatabase();
        JsonNode golden = RrdCorpus.Json($"extract/datastore_{name}.json.zst");
        DateTimeOffset now = DateTimeOffset.FromUnixTimeSeconds((long)golden["now"]!.GetValue<double>());
        foreach (MetricTimeframe timeframe in Enum.GetValues<MetricTimeframe>())
        {
            foreach ((string mode, ConsolidationFunction function) in RrdCorpus.Functions)
            {
                _problems.Clear();
                DatastoreMetricInfo[] points = Points(name, new MetricQuery { Timeframe = timeframe, ConsolidationFunction = function, EndTime = now });
                JsonNode expected = golden["result"]![timeframe.ToString().ToLowerInvariant()]![mode]!;
                if (expected is System.Text.Json.Nodes.JsonObject refusal)
                {
                    // The server gives up where one metric has no answer.
                    Assert.Contains(_problems, problem => problem.Message == refusal["error"]!.GetValue<string>() && problem.Kind == ListingProblemKind.Error);
                    continue;
                }

                Assert.Empty(_problems);
                AssertSame(expected.AsArray(), points, $"{name} {timeframe} {mode}");
                Conformance.Agrees(Conformance.Statistics, $"{name} {timeframe} {mode}");
            }
        }
    }

    [Fact]
    public void Metrics_are_filtered_and_come_by_time()
    {
        CopyDatabase();
        DatastoreMetricInfo[] points = Points("main", new MetricQuery { Metrics = [NameFilter.Literal("used"), NameFilter.Literal("total")], EndTime = DateTimeOffset.FromUnixTimeSeconds(1717245296), Timeframe = MetricTimeframe.Hour });
        Assert.Equal(122, points.Length);
        Assert.Equal(["total", "used", "total"], points.Take(3).Select(point => point.Metric));
        Assert.Equal(points.Select(point => point.Time), points.Select(point => point.Time).Order());
        Assert.All(points, point => Assert.Equal(TimeSpan.FromMinutes(1), point.Resolution));
    }

    [Fact]
    public void The_window_ends_at_the_last_value_of_a_server_that_is_no_more()
    {
        CopyDatabase();
        DatastoreMetricInfo[] points = Points("main", new MetricQuery { Metrics = [NameFilter.Literal("used")], Timeframe = MetricTimeframe.Hour });
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1717245284), points[^1].Time);
        Assert.NotNull(points[^1].Value);
        Assert.Equal(61, points.Length);
    }

    [Theory]
    [InlineData("253402300800")]
    [InlineData("1e300")]
    [InlineData("inf")]
    [InlineData("18446744073709551000")]
    [InlineData("4000000000")]
    public void A_clock_before_the_last_value_is_told_and_the_window_ends_now(string last)
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        WriteUsage(now - (59 * 86400), 59, day => 10 + day);
        File.AppendAllText(Path.Combine(Database, "rrd.journal"), $"{last}:5:0:datastore/main/total\n");
        DatastoreMetricInfo[] points = Points("main", new MetricQuery { Timeframe = MetricTimeframe.Year });
        ListingProblem problem = Assert.Single(_problems);
        Assert.Equal((PbsErrorId.RrdTimeInFuture, ListingProblemKind.Warning), (problem.ErrorId, problem.Kind));
        Assert.Equal(now - (365 * 86400), points[0].Time.ToUnixTimeSeconds(), 60.0);
        Assert.Contains(points, point => point.Metric == "used" && point.Value > 10);
        PbsEngine engine = _server.Session();
        Assert.NotEmpty(engine.Metrics.GetUsage(engine.Resolver.Resolve("main"), new MetricQuery(), _ => { }));
        Assert.NotNull(engine.Metrics.GetForecast(engine.Resolver.Resolve("main"), new MetricQuery { Timeframe = MetricTimeframe.Year }, _ => { }).FullTime);
    }

    [Fact]
    public void Values_beyond_any_disk_are_no_usage()
    {
        long start = 1_700_000_000;
        WriteUsage(start, 30, _ => 50);
        File.AppendAllText(Path.Combine(Database, "rrd.journal"), string.Concat(((string[])["used", "available"]).Select(metric => $"{start + (30 * 86400)}:1.7e308:0:datastore/main/{metric}\n")));
        PbsEngine engine = _server.Session();
        var points = engine.Metrics.GetUsage(engine.Resolver.Resolve("main"), new MetricQuery { Timeframe = MetricTimeframe.Month, EndTime = DateTimeOffset.FromUnixTimeSeconds(start + (30 * 86400) + 3600) }, _problems.Add);
        Assert.All(points, point => Assert.True(point.Usage is null or 0.5, $"{point}"));
    }

    [Fact]
    public void Nothing_is_written()
    {
        CopyDatabase();
        string before = Listing();
        Points("main", new MetricQuery());
        Assert.Equal(before, Listing());

        string Listing() => string.Join('\n', Directory.EnumerateFiles(Database, "*", SearchOption.AllDirectories).Order().Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O} {new FileInfo(file).Length}"));
    }

    [Fact]
    public void A_store_that_is_not_registered_has_no_statistics()
    {
        PbsEngine engine = new PbsEngine(Connection.None);
        PbsArgumentException error = Assert.Throws<PbsArgumentException>(() => engine.Metrics.List(engine.Resolver.ResolvePath(_disk.Path), new MetricQuery(), _problems.Add));
        Assert.Equal(PbsErrorId.StatisticsUnavailable, error.ErrorId);
    }

    [Fact]
    public void A_straight_line_is_followed_to_its_end()
    {
        // One percent of 100 bytes a day, from 10 % on: full 90 days after the first value.
        long start = 1_700_000_000;
        WriteUsage(start, 90, day => 10 + day);
        DatastoreForecast forecast = Forecast(start + (90 * 86400), MetricTimeframe.Year);
        Assert.Null(forecast.Reason);
        Assert.Equal(0.01, forecast.UsagePerDay!.Value, 4);
        Assert.InRange(forecast.FullTime!.Value.ToUnixTimeSeconds(), start + (88 * 86400L), start + (92 * 86400L));
        Assert.InRange(forecast.EarliestFullTime!.Value, forecast.FullTime.Value - TimeSpan.FromDays(3), forecast.FullTime.Value);
        Assert.InRange(forecast.LatestFullTime!.Value, forecast.FullTime.Value, forecast.FullTime.Value + TimeSpan.FromDays(3));
    }

    [Fact]
    public void Noise_widens_the_range_and_too_much_of_it_leaves_none()
    {
        var random = new Random(7);
        long start = 1_700_000_000;
        WriteUsage(start, 60, day => 20 + (0.2 * day) + (4 * random.NextDouble()));
        DatastoreForecast forecast = Forecast(start + (60 * 86400), MetricTimeframe.Year);
        Assert.NotNull(forecast.FullTime);
        Assert.True(forecast.LatestFullTime - forecast.EarliestFullTime > TimeSpan.FromDays(20), $"{forecast.EarliestFullTime} {forecast.LatestFullTime}");

        Directory.Delete(Database, recursive: true);
        WriteUsage(start, 60, day => 20 + (0.01 * day) + (20 * random.NextDouble()));
        Assert.Equal("its usage does not rise more than it varies", Forecast(start + (60 * 86400), MetricTimeframe.Year).Reason);
    }

    [Theory]
    [InlineData(0, "there are 0 values of its usage in that time, and it takes 7")]
    [InlineData(60, "its usage is not rising")]
    public void What_carries_no_forecast_says_why(int days, string reason)
    {
        long start = 1_700_000_000;
        if (days > 0) WriteUsage(start, days, day => 90 - day);
        DatastoreForecast forecast = Forecast(start + (days * 86400L), MetricTimeframe.Year);
        Assert.Equal((null, null, reason), (forecast.FullTime, forecast.EarliestFullTime, forecast.Reason));
    }

    [Fact]
    public void A_constant_usage_carries_no_forecast()
    {
        WriteUsage(1_700_000_000, 60, _ => 50);
        Assert.NotNull(Forecast(1_700_000_000 + (60 * 86400), MetricTimeframe.Year).Reason);
    }

    [Fact]
    public void A_store_is_not_full_before_the_last_value_that_says_it_is_not()
    {
        (double Time, double Usage)[] points = [.. Enumerable.Range(0, 10).Select(day => (day * 86400.0, 0.86 + (0.014 * day) + (day % 2 == 0 ? 0.025 : -0.025)))];
        PbsEngine engine = _server.Session();
        DatastoreForecast forecast = PbsModule.Core.Features.Metrics.Forecast.From(engine.Resolver.Resolve("main"), MetricTimeframe.Month, points);
        Assert.Equal(forecast.Until, forecast.EarliestFullTime);
        Assert.True(forecast.FullTime > forecast.EarliestFullTime && forecast.LatestFullTime > forecast.FullTime);
    }

    private static void AssertSame(JsonArray expected, DatastoreMetricInfo[] points, string what)
    {
        var byTime = points.GroupBy(point => point.Time).ToArray();
        Assert.Equal(expected.Select(point => point!["time"]!.GetValue<long>()), byTime.Select(group => group.Key.ToUnixTimeSeconds()));
        for (int i = 0; i < byTime.Length; i++)
        {
            foreach (DatastoreMetricInfo point in byTime[i]) RrdCorpus.AssertPoint(expected[i]![point.Metric], point.Value, $"{what} {i} {point.Metric}");
        }
    }

    [Fact]
    public void The_traffic_of_a_store_in_a_bucket_is_there_if_it_was_recorded()
    {
        CopyDatabase();
        Directory.CreateDirectory(Path.Combine(Database, "datastore", "main", "s3", "total"));
        foreach (string name in (string[])["s3/uploaded", "s3/total/get"]) File.Copy(Path.Combine(Database, "datastore", "main", "used"), Path.Combine(Database, "datastore", "main", name));
        string[] metrics = [.. Points("main", new MetricQuery()).Select(point => point.Metric).Distinct()];
        Assert.Equal(["s3/uploaded", "s3/total/get"], metrics.Where(metric => metric.StartsWith("s3/", StringComparison.Ordinal)));
        Assert.DoesNotContain(Points("single", new MetricQuery()), point => point.Metric.StartsWith("s3/", StringComparison.Ordinal));
    }

    private DatastoreMetricInfo[] Points(string store, MetricQuery query)
    {
        PbsEngine engine = _server.Session();
        return [.. engine.Metrics.List(engine.Resolver.Resolve(store), query, _problems.Add)];
    }

    private DatastoreForecast Forecast(long end, MetricTimeframe timeframe)
    {
        PbsEngine engine = _server.Session();
        return engine.Metrics.GetForecast(engine.Resolver.Resolve("main"), new MetricQuery { Timeframe = timeframe, EndTime = DateTimeOffset.FromUnixTimeSeconds(end) }, _problems.Add);
    }

    /// <summary>Values out of a journal alone: so much of 100 bytes, every six hours.</summary>
    private void WriteUsage(long start, int days, Func<double, double> used)
    {
        Directory.CreateDirectory(Database);
        IEnumerable<string> lines = Enumerable.Range(0, days * 4).SelectMany(i =>
        {
            long time = start + (i * 21600);
            double value = used(i / 4.0);
            return (string[])[FormattableString.Invariant($"{time}:{value:R}:0:datastore/main/used"), FormattableString.Invariant($"{time}:{100 - value:R}:0:datastore/main/available")];
        });
        File.WriteAllText(Path.Combine(Database, "rrd.journal"), string.Join('\n', lines) + "\n");
    }

    private void CopyDatabase()
    {
        string source = RrdCorpus.PathOf("rrdb");
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(Database, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
