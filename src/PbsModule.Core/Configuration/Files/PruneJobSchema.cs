using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>prune.cfg: prune jobs.</summary>
public static class PruneJobSchema
{
    public static SectionConfigSchema File { get; } = new("prune.cfg", ".prune.lck",
        new SectionType("prune", "id", CommonSchema.JobId, new PropertyTable(
        [
            new("store", CommonSchema.DatastoreId, Optional: false),
            new("schedule", CommonSchema.Schedule, Optional: false),
            new("disable", BooleanSchema.Instance),
            new("comment", CommonSchema.Comment),
            .. CommonSchema.KeepOptions,
            new("ns", CommonSchema.Namespace),
            new("max-depth", CommonSchema.MaxDepth),
        ])));
}
