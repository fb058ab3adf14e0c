using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>
/// s3.cfg of 4.x: the servers of buckets, with their secrets. Before 4.0.5 sections had the type <c>s3client</c>.
/// </summary>
public static class S3EndpointSchema
{
    private static readonly StringSchema Rate = new(1, 64, StringForm.ByteSize);

    private static readonly PropertyTable Properties = new(
        new("endpoint", new StringSchema(1, 1024, StringForm.SingleLine), Optional: false),
        new("port", new IntegerSchema(0, ushort.MaxValue)),
        new("region", new StringSchema(2, 32)),
        new("access-key", new StringSchema(1), Optional: false),
        new("secret-key", new StringSchema(1), Optional: false),
        new("fingerprint", new StringSchema(form: StringForm.Fingerprint)),
        new("path-style", BooleanSchema.Instance),
        new("put-rate-limit", new IntegerSchema(0)),
        new("provider-quirks", new StringSchema(), IsList: true),
        new("rate-in", Rate),
        new("burst-in", Rate),
        new("rate-out", Rate),
        new("burst-out", Rate));

    public static SectionConfigSchema File { get; } = new("s3.cfg", ".s3.lck",
        new SectionType("s3-endpoint", "id", CommonSchema.RemoteId, Properties),
        new SectionType("s3client", "id", CommonSchema.RemoteId, Properties));
}
