using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Datastores;

/// <summary>
/// The keys with which a server encrypts what it synchronizes (4.1.9), in its configuration: encryption-keys.cfg and
/// the key files that it names. With them such snapshots open without a key of the caller. A key is used only for
/// callers who may see it on the server, Sys.Audit on <c>/system/encryption-keys/{id}</c>.
/// </summary>
/// <param name="root">The configuration.</param>
/// <param name="access">Its privileges.</param>
/// <param name="caller">The acting identity.</param>
internal sealed class ServerKeys(ConfigurationRoot root, AccessConfiguration access, Authid caller)
{
    private readonly CachedFile<SectionConfig> _file = new(
        root,
        EncryptionKeySchema.File.FileName,
        static text => SectionConfig.Read(EncryptionKeySchema.File, text));

    private readonly Lock _lock = new();

    // They stay open as long as the connection: work that goes on after it may use them.
    private readonly Dictionary<KeyFingerprint, CryptKey> _open = [];

    /// <summary>
    /// Returns the key that the manifest of a snapshot names; null if the server does not have it, or it cannot be read
    /// here. The snapshot is then read as without a key.
    /// </summary>
    public CryptKey? For(ISnapshotContent content)
    {
        try
        {
            if (!_file.Load().Sections.Any()) return null;
            return ManifestFileReader.Read(content).KeyFingerprint is { } fingerprint ? Find(fingerprint) : null;
        }
        catch (PbsException)
        {
            // A problem of the manifest is reported by what reads the snapshot. One of the keys must not stop it.
            return null;
        }
    }

    private CryptKey? Find(KeyFingerprint fingerprint)
    {
        string text = fingerprint.ToString();
        foreach (ConfigSection section in _file.Load().Sections.Where(key => key.Text("fingerprint") == text))
        {
            AclPath path = AclPath.Of("system", "encryption-keys", section.Id);
            if (!access.Load().IsAllowed(caller, path, Privileges.SysAudit)) continue;
            lock (_lock)
            {
                if (_open.TryGetValue(fingerprint, out CryptKey? known)) return known;
                if (TryOpen(section.Id, fingerprint) is not { } opened) continue;
                _open.Add(fingerprint, opened);
                return opened;
            }
        }

        return null;
    }

    private CryptKey? TryOpen(string id, KeyFingerprint fingerprint)
    {
        using KeyFile file =
            KeyFileLoader.Load(root.PathOf(Path.Combine(EncryptionKeySchema.Folder, $"{id}.enc")));
        if (file.NeedsPassword) return null;
        CryptKey key = file.Open();
        if (key.Fingerprint == fingerprint) return key;
        key.Dispose();
        return null;
    }
}
