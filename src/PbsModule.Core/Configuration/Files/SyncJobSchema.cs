using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>sync.cfg: sync jobs.</summary>
public static class SyncJobSchema
{
    private static readonly StringSchema Rate = new(1, 64, StringForm.ByteSize);

    private static readonly StringSchema KeyId = new(3, 32, StringForm.SafeIdentifier);

    public static SectionConfigSchema File { get; } = new("sync.cfg", ".sync.lck",
        new SectionType("sync", "id", CommonSchema.JobId, new PropertyTable(
            new("store", CommonSchema.DatastoreId, Optional: false),
            new("remote-store", CommonSchema.DatastoreId, Optional: false),
            new("remote", CommonSchema.RemoteId),
            new("remote-ns", CommonSchema.Namespace),
            new("ns", CommonSchema.Namespace),
            new("owner", CommonSchema.AuthIdentity),
            new("remove-vanished", BooleanSchema.Instance),
            new("max-depth", CommonSchema.MaxDepth),
            new("comment", CommonSchema.Comment),
            new("schedule", CommonSchema.Schedule),
            new("group-filter", new StringSchema(form: StringForm.GroupFilter), IsList: true),
            new("transfer-last", new IntegerSchema(1)),
            new("rate-in", Rate),
            new("burst-in", Rate),
            new("rate-out", Rate),
            new("burst-out", Rate),
            new("resync-corrupt", BooleanSchema.Instance),
            new("encrypted-only", BooleanSchema.Instance),
            new("verified-only", BooleanSchema.Instance),
            new("run-on-mount", BooleanSchema.Instance),
            new("unmount-on-done", BooleanSchema.Instance),
            new("sync-direction", new StringSchema(form: StringForm.OneOf("pull", "push"))),
            new("worker-threads", new IntegerSchema(1, 32)),
            new("active-encryption-key", KeyId),
            new("associated-key", KeyId, IsList: true))));
}
