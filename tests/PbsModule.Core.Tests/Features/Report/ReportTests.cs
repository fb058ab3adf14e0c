using System.Text.RegularExpressions;
using System.Xml.Linq;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Report;
using PbsModule.Core.Features.Space;
using PbsModule.Views;

namespace PbsModule.Core.Tests;

/// <summary>Reports of stores, as pages and as drawings.</summary>
public sealed partial class ReportTests : IDisposable
{
    private readonly ServerFolder _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public void A_page_stands_by_itself_and_is_well_formed()
    {
        string page = ReportPage.Format([Report("main")]);
        XDocument document = Parse(page);
        Assert.DoesNotMatch("https?:|url\\(|@import|<link|<img", page);
        string[] ids = [.. document.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        foreach (XAttribute label in document.Descendants().Attributes("aria-labelledby")) Assert.All(label.Value.Split(' '), id => Assert.Contains(id, ids));
        foreach (XElement chart in document.Descendants("svg").Where(chart => (string?)chart.Attribute("aria-hidden") != "true"))
        {
            Assert.Equal("img", (string?)chart.Attribute("role"));
            Assert.NotEmpty(chart.Element("title")!.Value);
            Assert.NotEmpty(chart.Element("desc")!.Value);
        }

        Assert.All(document.Descendants("table"), table => Assert.NotEmpty(table.Element("caption")!.Value));
        foreach (XElement table in document.Descendants("table"))
        {
            int columns = table.Descendants("thead").Descendants("th").Count();
            Assert.All(table.Element("tbody")!.Elements("tr"), row => Assert.Equal(columns, row.Elements().Count()));
        }
    }

    [Fact]
    public void A_page_tells_what_there_is()
    {
        DatastoreReport report = Report("main");
        string page = ReportPage.Format([report]);
        Assert.Equal(2, report.History.Count);
        Assert.Equal(2, report.PruneJobs.Count);
        Assert.Equal(("nightly", "--keep-last 1", true), (report.PruneJobs[0].Job, report.PruneJobs[0].Options, report.PruneJobs[0].IsEnabled));
        Assert.Equal(26, report.PruneJobs[0].Keep + report.PruneJobs[0].Remove);
        Assert.False(report.PruneJobs[1].IsEnabled);
        Assert.Equal(report.Verification.Ok + report.Verification.Failed + report.Verification.Never, report.Status.Counts!.Snapshots - 3);
        Assert.Equal(report.Groups.Select(group => group.StoredSize), report.Groups.Select(group => group.StoredSize).OrderDescending());
        Assert.Equal(report.Space!.StoredSize >= report.Namespaces.Max(ns => ns.StoredSize), report.Namespaces.Count == 4);
        foreach (GroupSpaceInfo group in report.Groups) Assert.Contains($">{group}</th>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void What_comes_from_a_store_cannot_become_markup()
    {
        using var disk = new StoreOnDisk();
        disk.AddSnapshot("host/a", 1_700_000_000);
        Directory.CreateDirectory(disk.PathOf("ns/<b>"));
        string folder = Path.Combine(Path.GetDirectoryName(disk.Path)!, "<script>alert('x')&");
        Directory.Move(disk.Path, folder);
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreReport report = engine.Report.Create(engine.Resolver.ResolvePath(folder), new ReportOptions(), _ => { }, TestContext.Current.CancellationToken);
        string page = ReportPage.Format([report]);
        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#39;x&#39;)&amp;", page, StringComparison.Ordinal);
        Parse(page);
        Assert.Equal("a\uFFFDb&quot;", HtmlText.Escaped("a\u0001b\""));
        Assert.Equal("x\uFFFDfdp.exe\uFFFD\uFFFD[31m\n\tx", HtmlText.Escaped("x\u202Efdp.exe\u2069\e[31m\n\tx"));
        Directory.Move(folder, disk.Path);
    }

    [Fact]
    public void Damage_is_told_and_the_rest_reported()
    {
        _server.Register(("main", GoldenStore.Corrupt.Path, ""));
        _server.Write("prune.cfg", "this is no configuration\n");
        PbsEngine engine = _server.Session();
        DatastoreReport report = engine.Report.Create(engine.Resolver.Resolve("main"), new ReportOptions(), _ => { }, TestContext.Current.CancellationToken);
        Assert.NotNull(report.Space);
        Assert.True(report.Space.DamagedSnapshotCount > 0);
        Assert.Contains(report.Problems, problem => problem.Contains("prune.cfg", StringComparison.Ordinal));
        Assert.Contains("What could not be told", ReportPage.Format([report]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_store_has_a_page()
    {
        using var disk = new StoreOnDisk();
        PbsEngine engine = new PbsEngine(Connection.None);
        DatastoreReport report = engine.Report.Create(engine.Resolver.ResolvePath(disk.Path), new ReportOptions(), _ => { }, TestContext.Current.CancellationToken);
        Parse(ReportPage.Format([report]));
        Parse(ReportPage.Format([]));
    }

    [Fact]
    public void A_datastore_that_could_not_be_opened_is_named_with_the_reason_and_counted()
    {
        var lost = new UnopenedDatastore("lost & found", "unable to open '/mnt/<lost>'", DateTimeOffset.UnixEpoch);
        string page = ReportPage.Format([Report("main")], [lost]);
        Assert.Contains("<title>2 datastores, 1 of which could not be opened</title>", page, StringComparison.Ordinal);
        Assert.Contains(
            "<li>lost &amp; found: unable to open &#39;/mnt/&lt;lost&gt;&#39;</li>", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Datastore main</h2>", page, StringComparison.Ordinal);
        Parse(page);
        string alone = ReportPage.Format([], [lost]);
        Assert.Contains(
            "<title>Datastore lost &amp; found, which could not be opened</title>", alone, StringComparison.Ordinal);
        Parse(alone);
    }

    [Fact]
    public void A_chart_breaks_where_nothing_was_recorded()
    {
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        UsagePoint[] points = [.. Enumerable.Range(0, 2000).Select(i => new UsagePoint(start.AddHours(i), i is > 500 and < 1000 ? null : i / 2000.0))];
        string chart = ReportCharts.History("x", new UsageHistory(MetricTimeframe.Month, points), null);
        Assert.Equal(2, Line().Count(chart));
        Assert.True(chart.Length < 20_000, $"{chart.Length}");
        Assert.Contains("From 0", XElement.Parse(chart).Element("desc")!.Value, StringComparison.Ordinal);
        Assert.Single(Line().Matches(ReportCharts.History("x", new UsageHistory(MetricTimeframe.Month, [new UsagePoint(start, 0.5)]), null)));
    }

    [Fact]
    public void A_forecast_is_drawn_from_the_value_it_starts_at()
    {
        // A tenth of a percent a day, and nothing recorded in the last third of the window.
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        UsagePoint[] points = [.. Enumerable.Range(0, 31).Select(day => new UsagePoint(start.AddDays(day), day > 20 ? null : 0.5 + (day / 100.0)))];
        _server.Register(("main", GoldenStore.Ds1.Path, ""));
        DatastoreContext store = _server.Session().Resolver.Resolve("main");
        DatastoreForecast forecast = Forecast.From(store, MetricTimeframe.Month, [.. points.Where(point => point.Usage is not null).Select(point => ((double)point.Time.ToUnixTimeSeconds(), point.Usage!.Value))]);
        string chart = ReportCharts.History("x", new UsageHistory(MetricTimeframe.Month, points), forecast);
        string Path(string style) => XElement.Parse(chart).Elements("path").Single(path => (string?)path.Attribute("class") == style).Attribute("d")!.Value;
        Assert.Equal(Path("line").Split('L')[^1], Path("forecast")[1..].Split('L')[0]);
    }

    [Theory]
    [InlineData(true, 40)]
    [InlineData(true, 100)]
    [InlineData(false, 100)]
    public void Drawings_keep_to_their_width(bool plain, int width)
    {
        DatastoreReport report = Report("main");
        var canvas = new TerminalCanvas(width, plain);
        string[] lines = [.. UsageDrawing.Head(report.Status, canvas).Skip(1), .. UsageDrawing.History(report.History[0].Points, MetricTimeframe.Month, report.Forecast!, report.Time, canvas), .. UsageDrawing.Groups(report.Groups, 5, canvas)];
        string[] seen = [.. lines.Select(line => Color().Replace(line, ""))];
        int longest = seen.Max(line => line.Length);
        Assert.True(longest <= width, $"{longest}: {seen.First(line => line.Length == longest)}");
        Assert.Equal(plain, seen.All(line => line.All(char.IsAscii)));
        Assert.Equal(!plain, lines.Any(line => line.Contains('\e')));
        Assert.Equal(8, seen.Count(line => line.Contains(plain ? '|' : '│', StringComparison.Ordinal)));
    }

    [Fact]
    public void A_day_gone_by_is_not_foretold()
    {
        DatastoreReport report = Report("main");
        DateTimeOffset full = report.Forecast!.FullTime!.Value;
        Assert.Contains($"full about {full:yyyy-MM-dd},", Lines(full.AddDays(-1)));
        Assert.Contains($"would have been full about {full:yyyy-MM-dd},", Lines(full.AddDays(1)));

        Assert.Contains(report.Time > full ? "it would have been full about" : "it is full about", ReportPage.Format([report]), StringComparison.Ordinal);

        IEnumerable<string> Lines(DateTimeOffset now) => UsageDrawing.History(report.History[0].Points, MetricTimeframe.Month, report.Forecast!, now, new TerminalCanvas(40, true));
    }

    private DatastoreReport Report(string name)
    {
        _server.Register((name, GoldenStore.Ds1.Path, ""));
        _server.Write("prune.cfg", $"prune: nightly\n\tkeep-last 1\n\tschedule daily\n\tstore {name}\n\nprune: off\n\tdisable true\n\tkeep-daily 3\n\tschedule daily\n\tstore {name}\n\nprune: others\n\tschedule daily\n\tstore other\n");
        foreach (string file in Directory.GetFiles(RrdCorpus.PathOf("rrdb/datastore/main")))
        {
            string folder = Directory.CreateDirectory(Path.Combine(_server.Root, "lib", "rrdb", "datastore", name)).FullName;
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        PbsEngine engine = _server.Session();
        return engine.Report.Create(engine.Resolver.Resolve(name), new ReportOptions(), _ => { }, TestContext.Current.CancellationToken);
    }

    /// <summary>As XML, once what HTML alone allows is closed.</summary>
    private static XDocument Parse(string page)
    {
        string xml = page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal).Replace("<br>", "<br/>", StringComparison.Ordinal);
        xml = Meta().Replace(Code().Replace(xml, ""), "<meta $1/>");
        return XDocument.Parse(xml);
    }

    [GeneratedRegex("(?s)<(style|script)>.*?</\\1>")]
    private static partial Regex Code();

    [GeneratedRegex("<meta ([^>]*)>")]
    private static partial Regex Meta();

    [GeneratedRegex("class=\"line\"")]
    private static partial Regex Line();

    [GeneratedRegex("\\e\\[\\d+m")]
    private static partial Regex Color();
}
