using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// Recognises the local cache of a datastore whose content is in an S3 bucket, where no configuration tells it. There,
/// an empty chunk file says that the chunk is in the bucket, and a file <c>{digest}.using</c> that garbage collection
/// needs it. In a store on a file system an empty chunk file is damage.
/// </summary>
internal static class S3CacheProbe
{
    private const int PrefixLength = 4;

    // Most folders to look into, and chunks after which enough were seen.
    private const int Folders = 4096;
    private const int Enough = 512;

    // A crash can leave a few empty files in a store that is no cache.
    private const int FewestMarkers = 8;
    private const int Share = 4;

    private static ReadOnlySpan<byte> UsingSuffix => ".using"u8;

    /// <summary>
    /// Returns whether a sample of the chunk folder has a <c>.using</c> file, or a quarter of empty chunk files. What
    /// cannot be read is left out.
    /// </summary>
    /// <param name="access">The way folders are opened.</param>
    /// <param name="chunkFolder">The full path of <c>.chunks</c>.</param>
    public static bool Recognises(FolderAccess access, string chunkFolder)
    {
        if (access.Open(chunkFolder, out Folder? root) != 0) return false;
        using Folder folder = root!;
        var names = new EntryList();
        int markers = 0, seen = 0;
        foreach (byte[] name in Spread(folder, names))
        {
            Folder? opened = null;
            if (folder.OpenFolder(name, ref opened) != 0) continue;
            using Folder chunks = opened!;
            if (chunks.List(names) != 0) continue;
            for (int i = 0; i < names.Count; i++)
            {
                ReadOnlySpan<byte> file = names.Name(i);
                if (IsUsing(file)) return true;
                if (file.Length != Digest.TextLength || chunks.StatusOf(file, out EntryStatus status) != 0) continue;
                seen++;
                if (status.Size == 0) markers++;
            }

            if (seen >= Enough) break;
        }

        return markers >= FewestMarkers && markers * Share >= seen;
    }

    private static bool IsUsing(ReadOnlySpan<byte> name) =>
        name.Length == Digest.TextLength + UsingSuffix.Length && name.EndsWith(UsingSuffix);

    /// <summary>Names of folders of chunks, spread over all of them.</summary>
    private static List<byte[]> Spread(Folder root, EntryList entries)
    {
        List<byte[]> all = [], spread = [];
        if (root.List(entries) != 0) return all;
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries.Name(i).Length == PrefixLength) all.Add(entries.Name(i).ToArray());
        }

        all.Sort(static (a, b) => a.AsSpan().SequenceCompareTo(b));
        int stride = (all.Count + Folders - 1) / Folders;
        for (int i = 0; i < all.Count; i += stride) spread.Add(all[i]);
        return spread;
    }
}

/// <summary>
/// Remembers what <see cref="S3CacheProbe"/> found of a folder, so that a pipeline of changes looks only once. A folder
/// with another identity, after a remount, is looked at again.
/// </summary>
internal sealed class S3CacheMemo
{
    private Tuple<FileIdentity, bool>? _known;

    public bool Recall(FileIdentity folder, Func<bool> probe)
    {
        if (_known is { } known && known.Item1 == folder && folder != default) return known.Item2;
        bool isCache = probe();
        _known = Tuple.Create(folder, isCache);
        return isCache;
    }
}
