using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Raw;

namespace PbsModule.Core.Storage.Content;

/// <summary>
/// What stands in for a manifest that is lost or damaged, so that what it was about can be had all the same: the files
/// that are there, with what they say of themselves. An index brings the checksum of its entries along, a blob has a
/// CRC, and chunks tell whether they are encrypted. What only a manifest proves is not proven: that the files are those
/// of the backup, and that there were no others. PBS has nothing like it.
/// </summary>
internal static class ManifestStandIn
{
    /// <returns>Null where there is no file that would be in a manifest.</returns>
    public static Manifest? TryMake(ISnapshotContent content)
    {
        List<ManifestFile> files = [];
        foreach (string name in Names(content))
        {
            try
            {
                if (IndexFile.TryKindOf(name, out _)) files.Add(OfIndex(content, name));
                else if (name.EndsWith(".blob", StringComparison.Ordinal)) files.Add(OfBlob(content, name));
            }
            catch (PbsException)
            {
                // It is as if it were not there; who asks for it hears why.
            }
        }

        SnapshotPath snapshot = content.Snapshot;
        return files.Count == 0
            ? null
            : Manifest.Create(snapshot.Group.Type, snapshot.Group.Id, snapshot.Time, [.. files]);
    }

    private static IEnumerable<string> Names(ISnapshotContent content)
    {
        try
        {
            return [.. content.FileNames().Where(name =>
                name is not (Manifest.FileName or BackupLog.FileName)).Order(StringComparer.Ordinal)];
        }
        catch (OsErrorException)
        {
            return [];
        }
    }

    /// <summary>With the checksum that its header has, which its entries will be held against.</summary>
    private static ManifestFile OfIndex(ISnapshotContent content, string name)
    {
        ChunkIndex index = IndexFile.Open(content, name);
        return new ManifestFile(name, ModeOf(index, content), (ulong)index.LogicalSize, index.Header.Checksum);
    }

    /// <summary>The first chunk that can be read tells for all.</summary>
    private static CryptMode ModeOf(ChunkIndex index, ISnapshotContent content)
    {
        using var reader = new ChunkReader(content.OpenChunks(), null);
        foreach (ChunkEntry entry in index.Entries)
        {
            ChunkCheck check = reader.Check(entry.Digest, entry.Size);
            if (!check.LoadFailed) return check.CryptMode;
        }

        return CryptMode.None;
    }

    private static ManifestFile OfBlob(ISnapshotContent content, string name)
    {
        byte[] raw = StoredFile.ReadAll(content, name);
        return new ManifestFile(name, DataBlob.Load(raw).IsEncrypted
            ? CryptMode.Encrypt
            : CryptMode.None, (ulong)raw.Length, Digest.Of(raw));
    }
}
