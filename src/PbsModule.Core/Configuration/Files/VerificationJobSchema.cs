using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>verification.cfg: verify jobs.</summary>
public static class VerificationJobSchema
{
    private static readonly IntegerSchema Threads = new(1, 32);

    public static SectionConfigSchema File { get; } = new("verification.cfg", ".verification.lck",
        new SectionType("verification", "id", CommonSchema.JobId, new PropertyTable(
            new("store", CommonSchema.DatastoreId, Optional: false),
            new("schedule", CommonSchema.Schedule),
            new("comment", CommonSchema.Comment),
            new("ignore-verified", BooleanSchema.Instance),
            new("outdated-after", new IntegerSchema(0)),
            new("ns", CommonSchema.Namespace),
            new("max-depth", CommonSchema.MaxDepth),
            new("read-threads", Threads),
            new("verify-threads", Threads))));
}
