using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage.Chunks;
using PbsModule.Core.Storage.Snapshots;

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
    public static Manifest? TryMake(GroupFolder group, TimeFolder time)
    {
        string folder = new SnapshotPlace(group, time).Path, chunks = group.Store.PathOf(Datastore.ChunkFolder);
        List<ManifestFile> files = [];
        foreach (string name in Names(folder))
        {
            string path = Path.Combine(folder, name);
            try
            {
                if (IndexFile.TryKindOf(name, out _)) files.Add(OfIndex(name, path, chunks));
                else if (name.EndsWith(".blob", StringComparison.Ordinal)) files.Add(OfBlob(name, path));
            }
            catch (PbsException)
            {
                // It is as if it were not there; who asks for it hears why.
            }
        }

        return files.Count == 0 ? null : Manifest.Create(group.Path.Type, group.Path.Id, time.Time, [.. files]);
    }

    private static IEnumerable<string> Names(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(name =>
                name is not (Manifest.FileName or BackupLog.FileName)).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (OsError.TryFrom(e, out _))
        {
            return [];
        }
    }

    /// <summary>With the checksum that its header has, which its entries will be held against.</summary>
    private static ManifestFile OfIndex(string name, string path, string chunkFolder)
    {
        ChunkIndex index = IndexFile.Open(path);
        return new ManifestFile(name, ModeOf(index, chunkFolder), (ulong)index.LogicalSize, index.Header.Checksum);
    }

    /// <summary>The first chunk that can be read tells for all.</summary>
    private static CryptMode ModeOf(ChunkIndex index, string chunkFolder)
    {
        using var reader = new ChunkReader(chunkFolder);
        foreach (ChunkEntry entry in index.Entries)
        {
            ChunkCheck check = reader.Check(entry.Digest, entry.Size);
            if (!check.LoadFailed) return check.CryptMode;
        }

        return CryptMode.None;
    }

    private static ManifestFile OfBlob(string name, string path)
    {
        byte[] raw = StoredFile.ReadAll(path);
        return new ManifestFile(name, DataBlob.Load(raw).IsEncrypted
            ? CryptMode.Encrypt
            : CryptMode.None, (ulong)raw.Length, Digest.Of(raw));
    }
}
