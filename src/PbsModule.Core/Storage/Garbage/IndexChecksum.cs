using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Zstd;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>What the manifest says of an index whose header has another checksum than its entries.</summary>
internal enum IndexVerdict
{
    /// <summary>Its size and checksum are the manifest's: only the header is wrong.</summary>
    Agrees,

    /// <summary>It is not what the manifest describes, or there is no manifest that describes it.</summary>
    Refused,

    /// <summary>Another file, or none, has its path by now.</summary>
    Moved,
}

/// <summary>
/// Compares an index that does not match its own header with the manifest beside it. An index that was cut off between
/// two entries is well-formed, and the chunks behind the cut look as if nothing referred to them. Without a manifest (a
/// backup that was broken off, a file elsewhere in the store) there is nothing to prove what it should hold, and the
/// same chunks may be all that is left of it: such an index is refused, too.
/// </summary>
internal static class IndexChecksum
{
    private const string Advice =
        "Put the index back from a copy, or remove the snapshot (or the file, where it belongs to none); "
            + "then collect again. Do not let a server collect before that: its own garbage collection does not check "
            + "this, "
            + "and removes the chunks that the index no longer names.";

    /// <param name="store">The store.</param>
    /// <param name="pass">The index, read to its end with its checksum.</param>
    /// <param name="path">Full path it was opened by.</param>
    /// <param name="refusal">Why it is refused.</param>
    public static IndexVerdict Compare(Datastore store, IndexPass pass, string path, out PbsException? refusal)
    {
        refusal = null;
        string name = Path.GetFileName(path), folderPath = Path.GetDirectoryName(path)!;
        if (store.Access.Open(folderPath, out Folder? opened) != 0) return IndexVerdict.Moved;
        using Folder folder = opened!;
        string? difference = Difference(folder, name, pass);

        // Only if the folder that the manifest was read from holds the index that was read, they belong together.
        int error = folder.IdentityOf(System.Text.Encoding.UTF8.GetBytes(name), out FileIdentity identity);
        if (error != 0 || identity != pass.Identity) return IndexVerdict.Moved;
        if (difference is null) return IndexVerdict.Agrees;
        refusal = new PbsIntegrityException(
            PbsErrorId.IndexChecksumMismatch,
            $"can't trust index '{path}'{Owner(store, folderPath)}: its entries have another checksum than its header, "
                + $"and {difference}; "
            + "it may have been cut off, and the chunks that are missing from it would be removed",
            path)
        {
            RecommendedAction = Advice,
        };
        return IndexVerdict.Refused;
    }

    private static string Owner(Datastore store, string folderPath)
    {
        string place = Path.GetRelativePath(store.Path, folderPath).Replace(Path.DirectorySeparatorChar, '/');
        try
        {
            return $" of snapshot '{SnapshotPath.Parse(place)}'";
        }
        catch (PbsArgumentException)
        {
            return "";
        }
    }

    /// <summary>What is wrong with the index by the manifest; null if nothing is.</summary>
    private static string? Difference(Folder folder, string name, IndexPass pass)
    {
        var content = new FileContent();
        int error = folder.ReadFile("index.json.blob"u8, content, DataBlob.MaxEncodedBlobSize);
        if (error == OsError.ENOENT) return "there is no manifest beside it";
        if (error != 0) return $"the manifest beside it cannot be read: {OsError.Describe(error)}";
        try
        {
            using var zstd = new ZstdDecoder();
            DataBlob.Load(content.Bytes);
            Manifest
                .Parse(DataBlob.Decode(content.Bytes, zstd))
                .VerifyFile(name, pass.Checksum!.Value, (ulong)pass.LogicalSize);
            return null;
        }
        catch (PbsIntegrityException e)
        {
            return $"the manifest beside it says: {e.Message}";
        }
        catch (PbsFormatException e)
        {
            return $"the manifest beside it is damaged: {e.Reason}";
        }
    }
}
