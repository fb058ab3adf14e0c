using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>remote.cfg: other servers. The password is stored as base64.</summary>
public static class RemoteSchema
{
    public static SectionConfigSchema File { get; } = new("remote.cfg", ".remote.lck",
        new SectionType("remote", "name", CommonSchema.RemoteId, new PropertyTable(
            new("host", new StringSchema(form: StringForm.DnsNameOrAddress), Optional: false),
            new("port", new IntegerSchema(0, ushort.MaxValue)),
            new("auth-id", CommonSchema.AuthIdentity, Optional: false),
            new("password", new StringSchema(1, 1024, StringForm.SingleLine), Optional: false),
            new("fingerprint", new StringSchema(form: StringForm.Fingerprint)),
            new("use-node-proxy", BooleanSchema.Instance),
            new("comment", CommonSchema.Comment))));
}
