using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Features.Report;

/// <summary>Predicts what the prune jobs of a server would do with a store now. Changes nothing.</summary>
internal sealed class PruneSummaries(ServiceScope scope, DatastoreContext store)
{
    private const string KeepPrefix = "keep-";

    public IReadOnlyList<PruneSummary> Take(Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        if (store.Name is null || store.Connection.Configuration is not { } configuration) return [];
        ConfigurationText text =
            ConfigurationReader.Read(configuration, configuration.PathOf(PruneJobSchema.File.FileName));
        SectionConfig jobs = SectionConfig.Read(PruneJobSchema.File, text);
        return [.. jobs.Sections.Where(job => job.Text("store") == store.Name).Select(job =>
            Plan(job, onProblem, cancellation))];
    }

    private PruneSummary Plan(ConfigSection job, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        var query = new GroupQuery
        {
            Namespace = job.Text("ns") is { } ns ? BackupNamespace.Parse(ns) : BackupNamespace.Root,
            Recurse = true,
            Depth = (int?)job.Number("max-depth"),
        };
        KeepOptions options = KeepOf(job);
        int keep = 0, remove = 0;
        foreach (PrunePlanInfo row in new PruneService(scope).Plan(store, query, new PruneSettings
        {
            Keep = options,
        }, onProblem, cancellation))
        {
            if (row.Keep) keep++;
            else remove++;
        }

        return new PruneSummary(job.Id, options.ToString(), keep, remove, job.Flag("disable") != true);
    }

    private static KeepOptions KeepOf(ConfigSection job)
    {
        return new KeepOptions
        {
            Last = Of("last"),
            Hourly = Of("hourly"),
            Daily = Of("daily"),
            Weekly = Of("weekly"),
            Monthly = Of("monthly"),
            Yearly = Of("yearly"),
        };

        int? Of(string rule) => (int?)job.Number(KeepPrefix + rule);
    }
}
