using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Core.Features.Report;

/// <summary>
/// Writes reports as one self-contained HTML page: no network access, light and dark colours, printable, with
/// descriptions of its charts, and tables that can be sorted by keyboard too.
/// </summary>
public static class ReportPage
{
    /// <summary>Returns the page as text; save it as UTF-8.</summary>
    /// <param name="reports">The reports of the datastores.</param>
    /// <param name="unopened">The datastores that could not be opened.</param>
    public static string Format(
        IReadOnlyList<DatastoreReport> reports, IReadOnlyList<UnopenedDatastore>? unopened = null)
    {
        ArgumentNullException.ThrowIfNull(reports);
        unopened ??= [];
        string title = Title(reports, unopened);
        DateTimeOffset? time = reports.Count > 0 ? reports[0].Time : unopened.Count > 0 ? unopened[0].Time : null;
        var page = new HtmlText();
        page.Markup("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
            .Markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
            .Markup("<meta http-equiv=\"Content-Security-Policy\" ")
            .Markup("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">")
            .Element("title", title)
            .Markup($"<style>{ReportStyle.Css}</style></head>\n")
            .Markup("<body><a class=\"skip\" href=\"#content\">To the content</a>");
        page.Markup("<header>").Element("h1", title)
            .Markup("<p class=\"soft\">").Text($"As of {ReportNumbers.Time(time)} UTC")
            .Markup("</p></header>\n<main id=\"content\">");
        Unopened(page, unopened);
        for (int i = 0; i < reports.Count; i++)
        {
            if (reports.Count + unopened.Count > 1) page.Element("h2", $"Datastore {reports[i].Datastore}");
            new ReportSections(page, reports[i], $"s{i}").Write();
        }

        page.Markup("</main>\n<footer>").Text("Written by PbsModule. Sizes are in units of 1024. All times are UTC.")
            .Markup($"</footer><script>{ReportStyle.Script}</script></body></html>\n");
        return page.ToString();
    }

    private static string Title(IReadOnlyList<DatastoreReport> reports, IReadOnlyList<UnopenedDatastore> unopened)
    {
        int all = reports.Count + unopened.Count;
        if (all == 1) return reports.Count == 1 ? $"Datastore {reports[0].Datastore}"
            : $"Datastore {unopened[0].Datastore}, which could not be opened";
        return unopened.Count == 0 ? $"{all} datastores"
            : $"{all} datastores, {unopened.Count} of which could not be opened";
    }

    /// <summary>
    /// Lists the datastores that could not be opened before all others, so that the page is not taken for complete.
    /// </summary>
    private static void Unopened(HtmlText page, IReadOnlyList<UnopenedDatastore> unopened)
    {
        if (unopened.Count == 0) return;
        page.Markup("<section class=\"problems\" aria-labelledby=\"unopened\"><h2 id=\"unopened\">")
            .Text("Datastores that could not be opened").Markup("</h2><ul>");
        foreach (UnopenedDatastore store in unopened) page.Element("li", $"{store.Datastore}: {store.Reason}");
        page.Markup("</ul></section>\n");
    }
}

/// <summary>Writes the sections of one report.</summary>
internal sealed class ReportSections(HtmlText page, DatastoreReport report, string id)
{
    private const int MostGroups = 1000;

    public void Write()
    {
        if (report.Problems.Count > 0)
        {
            page
                .Markup($"<p><a href=\"#{id}-problems\">")
                .Text(report.Problems.Count == 1
                    ? "One thing could not be told"
                    : $"{report.Problems.Count} things could not be told")
                .Markup("</a></p>");
        }

        Overview();
        Usage();
        Namespaces();
        Groups();
        Verification();
        Prune();
        Tasks();
        Problems();
    }

    private void Problems()
    {
        if (report.Problems.Count == 0) return;
        Section("problems", "What could not be told", () =>
        {
            page.Markup("<ul>");
            foreach (string problem in report.Problems) page.Element("li", problem);
            page.Markup("</ul>");
        }, "problems");
    }

    private void Overview() => Section("overview", "Overview", () =>
    {
        DatastoreStatus status = report.Status;
        if (status is { Total: > 0 and { } total, Used: { } used, Available: { } available })
        {
            double kept = Math.Max(0, total - used - available);
            page
                .Markup("<figure>")
                .Markup(ReportCharts.Parts(
                    $"{id}-disk",
                    "The file system",
                    [("used", "own", used), ("kept back", "shared", kept), ("free", "free", available)]));
            Legend(
                ("own", $"used {ReportNumbers.Size(used)}"),
                ("shared", $"kept back by the file system {ReportNumbers.Size((long)kept)}"),
                ("free", $"free {ReportNumbers.Size(available)}"));
            page.Markup("</figure>");
        }

        page.Markup("<dl class=\"tiles\">");
        if (report.Space is { } space)
        {
            Tile("Backed up", ReportNumbers.Size(space.LogicalSize));
            Tile("On disk", ReportNumbers.Size(space.StoredSize));
            Tile("Deduplication", ReportNumbers.Factor(space.DeduplicationFactor));
            Tile("Compression", ReportNumbers.Factor(space.CompressionFactor));
            Tile("Chunks", ReportNumbers.Count(space.ChunkCount));
            Tile("Not referenced", ReportNumbers.Size(space.UnreferencedSize));
            if (space.MissingChunkCount > 0)
            {
                Tile("Missing chunks", ReportNumbers.Count(space.MissingChunkCount), "bad");
            }

            if (space.BadChunkCount > 0) Tile("Bad chunks set aside", ReportNumbers.Count(space.BadChunkCount), "bad");
        }

        if (status.Counts is { } counts)
        {
            Tile("Groups", ReportNumbers.Count(counts.Groups));
            Tile("Snapshots", ReportNumbers.Count(counts.Snapshots));
        }

        if (status.LastGarbageCollection is { } collection)
        {
            Tile("Garbage collected", ReportNumbers.Day(collection.StartTime));
        }

        if (status.MaintenanceMode is { } mode) Tile("Maintenance", mode, "warn");
        page.Markup("</dl>");
    });

    private void Usage() => Section("usage", "Usage over time", () =>
    {
        if (report.History.Count == 0)
        {
            page.Markup("<p class=\"soft\">").Text("No server has recorded any.").Markup("</p>");
        }

        page.Markup("<div class=\"charts\">");
        foreach (UsageHistory history in report.History)
        {
            page.Markup("<figure>").Element("figcaption", $"Last {history.Timeframe.ToString().ToLowerInvariant()}")
                .Markup(ReportCharts.History(
                    $"{id}-{history.Timeframe.ToString().ToLowerInvariant()}",
                    history,
                    report.Forecast))
                    .Markup("</figure>");
        }

        page.Markup("</div>");
        if (report.Forecast is not { } forecast) return;
        if (forecast.FullTime is null)
        {
            page.Markup("<p>").Text($"When it will be full cannot be said: {forecast.Reason}.").Markup("</p>");
        }
        else Forecast(forecast);
    });

    private void Forecast(DatastoreForecast forecast)
    {
        // If no server records any more, the predicted date may be in the past.
        string full = forecast.FullTime < report.Time ? "would have been" : "is";
        page
            .Markup("<p>Going on as in the last ")
            .Text(forecast.Timeframe.ToString().ToLowerInvariant())
            .Markup($", it {full} full about <strong>")
            .Text(ReportNumbers.Day(forecast.FullTime))
            .Markup("</strong>");
        page
            .Text(forecast.LatestFullTime is null
                ? "."
                : $" (between {ReportNumbers.Day(forecast.EarliestFullTime)} and "
                    + $"{ReportNumbers.Day(forecast.LatestFullTime)}, at 95 %).")
            .Markup("</p>");
    }

    private void Namespaces()
    {
        if (report.Namespaces.Count < 2) return;
        double most = report.Namespaces.Max(ns => ns.StoredSize);
        Section(
            "namespaces",
            "Space by namespace",
            () => new ReportTable(
                "Namespaces with their own groups",
                "Namespace",
                "Snapshots#",
                "Backed up#",
                "On disk#",
                "Its own#",
                "Shared#",
                "Share-").Write(
                page,
                report.Namespaces.Select(ns => Cells(new ReportCell(ns.Namespace.Length == 0
                    ? "(root)"
                    : ns.Namespace), ns.SnapshotCount, ns, most))));
    }

    private void Groups()
    {
        if (report.Groups.Count == 0) return;
        double most = report.Groups.Max(group => group.StoredSize);
        Section("groups", "Space by group", () =>
        {
            string caption = report.Groups.Count > MostGroups
                ? $"The {MostGroups} largest of {report.Groups.Count} groups"
                : "Groups by what they take up on disk";
            new ReportTable(
                caption,
                "Group",
                "Snapshots#",
                "Backed up#",
                "On disk#",
                "Its own#",
                "Shared#",
                "Share-").Write(
                page,
                report.Groups.Take(MostGroups).Select(group =>
                    Cells(new ReportCell(group.ToString()), group.SnapshotCount, group, most)));
            Legend(("own", "its own: freed with it"), ("shared", "shared with others"));
        }, "long");
    }

    private static ReportCell[] Cells(ReportCell name, int snapshots, SpaceUsage usage, double most) =>
    [
        name, ReportCell.Count(
            snapshots), ReportCell.Size(
                usage.LogicalSize), ReportCell.Size(
                    usage.StoredSize), ReportCell.Size(usage.ExclusiveSize), ReportCell.Size(usage.SharedSize),
        new ReportCell("", Markup: ReportCharts.Inline(usage.ExclusiveSize, usage.SharedSize, most)),
    ];

    private void Verification() => Section("verification", "Verification", () =>
    {
        VerifySummary verified = report.Verification;
        int recent = verified.Ok - verified.Outdated;
        page
            .Markup("<figure>")
            .Markup(ReportCharts.Parts($"{id}-verified", "Finished snapshots by their last verification",
                [
                    ("whole", "good", recent),
                    ("whole more than 30 days ago", "warn", verified.Outdated),
                    ("damaged", "bad", verified.Failed),
                    ("never verified", "none", verified.Never),
                ]));
        Legend(
            ("good", $"whole: {recent}"),
            ("warn", $"whole, more than 30 days ago: {verified.Outdated}"),
            ("bad", $"damaged: {verified.Failed}"),
            ("none", $"never verified: {verified.Never}"));
        page.Markup("</figure>");
        if (verified.Oldest.Count == 0) return;
        page.Markup("<h3>Longest without a good verification</h3>");
        new ReportTable(
            "Snapshots not known to be whole for longest",
            "Snapshot",
            "Last verification",
            "Age#",
            "Size#").Write(
            page,
            verified.Oldest.Select(snapshot => (IReadOnlyList<ReportCell>)
            [
                new ReportCell(snapshot.ToString()),
                snapshot.VerifyState switch
                {
                    VerifyState.Ok =>
                        new ReportCell($"whole on {ReportNumbers.Day(snapshot.VerifyTime)}", Style: "warn"),
                    VerifyState.Failed =>
                        new ReportCell($"damaged on {ReportNumbers.Day(snapshot.VerifyTime)}", Style: "bad"),
                    _ => new ReportCell("never"),
                },
                new ReportCell(
                    ReportNumbers.Days(snapshot.BackupTime, report.Time),
                    (report.Time - snapshot.BackupTime).TotalSeconds),
                ReportCell.Size(snapshot.Size ?? 0),
            ]));
    });

    private void Prune()
    {
        if (report.PruneJobs.Count == 0) return;
        Section("prune", "What pruning would do now", () =>
            new ReportTable("Prune jobs of this datastore", "Job", "Keeps", "Kept#", "Removed#", "State").Write(
                page, report.PruneJobs.Select(job => (IReadOnlyList<ReportCell>)
                [
                    new ReportCell(job.Job), new ReportCell(job.Options.Length > 0
                        ? job.Options
                        : "everything", Style: "long"), ReportCell.Count(job.Keep), ReportCell.Count(job.Remove),
                    job.IsEnabled ? new ReportCell("enabled") : new ReportCell("disabled", Style: "warn"),
                ])));
    }

    private void Tasks()
    {
        if (report.Tasks.Count == 0) return;
        Section(
            "tasks",
            "Last tasks",
            () => new ReportTable("The last tasks of this datastore", "Started", "Work", "On", "By", "Outcome").Write(
                page,
                report.Tasks.Select(task => (IReadOnlyList<ReportCell>)
                [
                    ReportCell.Time(task.StartTime), new ReportCell(task.WorkerType), new ReportCell(task.WorkerId
                        ?? "", Style: "long"), new ReportCell(task.AuthId),
                    new ReportCell(task.Status, Style: task.Outcome switch { TaskStateKind.Ok =>
                        "long good", TaskStateKind.Warning =>
                            "long warn", TaskStateKind.Error => "long bad", _ => "long" }),
                ])),
            "long");
    }

    private void Section(string name, string title, Action content, string style = "")
    {
        page
            .Markup($"<section class=\"{style}\" aria-labelledby=\"{id}-{name}\"><h2 id=\"{id}-{name}\">")
            .Text(title)
            .Markup("</h2>");
        content();
        page.Markup("</section>\n");
    }

    private void Legend(params ReadOnlySpan<(string Style, string Text)> entries)
    {
        page.Markup("<ul class=\"legend\">");
        foreach ((string style, string text) in entries) page
            .Markup($"<li><i class=\"{style}\" aria-hidden=\"true\"></i>")
            .Text(text)
            .Markup("</li>");
        page.Markup("</ul>");
    }

    private void Tile(string name, string value, string style = "") =>
        page
            .Markup("<div>")
            .Element("dt", name)
            .Element("dd", value, style.Length > 0 ? $"class=\"{style}\"" : "")
            .Markup("</div>");
}
