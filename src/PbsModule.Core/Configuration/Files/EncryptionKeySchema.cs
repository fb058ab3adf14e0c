using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>encryption-keys.cfg of 4.1.9 and later: the keys with which sync jobs encrypt and decrypt.</summary>
public static class EncryptionKeySchema
{
    /// <summary>The type of the sections.</summary>
    public const string SyncKey = "sync-key";

    /// <summary>The folder of the key files, below that of the configuration.</summary>
    public const string Folder = "encryption-keys";

    private static readonly StringSchema Text = new();

    /// <summary>The members of a key's description, flat; only the fingerprint tells which key it is.</summary>
    public static SectionConfigSchema File { get; } = new("encryption-keys.cfg", ".encryption-keys.lck",
        new SectionType(SyncKey, "id", CommonSchema.RemoteId, new PropertyTable(
            new("path", Text),
            new("kdf", Text),
            new("created", new IntegerSchema()),
            new("modified", new IntegerSchema()),
            new("fingerprint", new StringSchema(form: StringForm.Fingerprint)),
            new("hint", Text),
            new("archived-at", new IntegerSchema()))));
}
