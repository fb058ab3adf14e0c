using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>datastore.cfg of 3.2.4, with what 4.x added.</summary>
public static class DatastoreSchema
{
    private static readonly StringSchema NotifyWhen = new(form: StringForm.OneOf("always", "error", "never"));

    public static PropertyStringSchema Notify { get; } = new(null, new PropertyTable(
        new("gc", NotifyWhen),
        new("verify", NotifyWhen),
        new("sync", NotifyWhen),
        new("prune", NotifyWhen)));

    public static PropertyStringSchema Tuning { get; } = new(null, new PropertyTable(
        new("chunk-order", new StringSchema(form: StringForm.OneOf("none", "inode"))),
        new("sync-level", new StringSchema(form: StringForm.OneOf("none", "file", "filesystem"))),
        new("gc-atime-safety-check", BooleanSchema.Instance),
        new("gc-atime-cutoff", new IntegerSchema(1, 2880)),
        new("gc-cache-capacity", new IntegerSchema(0, 8 << 20)),
        new("default-verification-workers", new IntegerSchema(1, 32)),
        new("default-verification-readers", new IntegerSchema(1, 32))));

    public static PropertyStringSchema MaintenanceMode { get; } = new("type", new PropertyTable(
        new(
            "type",
            new StringSchema(form: StringForm.OneOf("read-only", "offline", "delete", "unmount", "s3-refresh")),
            Optional: false),
        new("message", new StringSchema(0, 64, StringForm.SingleLine))));

    public static PropertyStringSchema Backend { get; } = new("type", new PropertyTable(
        new("type", new StringSchema(form: StringForm.OneOf("filesystem", "s3"))),
        new("client", new StringSchema(3, 32, StringForm.SafeIdentifier)),
        new("bucket", new StringSchema(1, 255)),
        new("max-cache-size", new StringSchema(1, 64, StringForm.ByteSize))), CheckBackend);

    /// <summary>Request limits of an S3 store; which ones there are is 4.x's affair, so any key is taken.</summary>
    public static StringSchema NotificationThresholds { get; } = new(0, 4096, StringForm.SingleLine);

    public static SectionConfigSchema File { get; } = new("datastore.cfg", ".datastore.lck",
        new SectionType("datastore", "name", CommonSchema.DatastoreId, new PropertyTable(
        [
            new("path", new StringSchema(1, 4096), Optional: false),
            new("comment", CommonSchema.Comment),
            new("gc-schedule", CommonSchema.Schedule),
            new("prune-schedule", CommonSchema.Schedule),
            .. CommonSchema.KeepOptions,
            new("verify-new", BooleanSchema.Instance),
            new("notify", Notify),
            new("notify-user", CommonSchema.UserIdentity),
            new(
                "notification-mode",
                new StringSchema(form: StringForm.OneOf("legacy-sendmail", "notification-system"))),
            new("tuning", Tuning),
            new("maintenance-mode", MaintenanceMode),
            new("backing-device", new StringSchema(form: StringForm.PartitionUuid)),
            new("gc-on-unmount", BooleanSchema.Instance),
            new("backend", Backend),
            new("notification-thresholds", NotificationThresholds),
            new("counter-reset-schedule", CommonSchema.Schedule),
        ])));

    private static void CheckBackend(PropertyString backend, ParameterErrors errors)
    {
        bool isS3 = backend.Text("type") == "s3";
        foreach (string key in (string[])["client", "bucket", "max-cache-size"])
        {
            bool isSet = backend.Text(key) is not null;
            if (isS3 && !isSet && key != "max-cache-size")
            {
                errors.Add(key, $"missing option {key}, required for backend type s3");
            }

            if (!isS3 && isSet) errors.Add(key, $"additional option {key}, not allowed for backend type filesystem");
        }
    }
}
