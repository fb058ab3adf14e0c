using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// Sets corrupt chunks aside, so that the next backup that holds their data stores it again. They stay beside their
/// place under the first free of ten names, of which the last is used over and over. Source: PBS
/// rename_corrupted_chunk.
/// </summary>
internal sealed class CorruptChunks(IFileMutations mutations, string chunkFolder)
{
    private const int Names = 10;

    /// <summary>Which file lies under a chunk's name; null where that cannot be told.</summary>
    public FileStatus? Look(in Digest digest) => NativeCode.HasLinux ? FileStatus.TryOf(PathOf(digest), out _) : null;

    /// <param name="digest">The chunk.</param>
    /// <param name="read">What lay there before it was read and found bad; a good one that a backup has put there since
    /// stays.</param>
    /// <returns>PBS's log line; null where the chunk has gone by itself.</returns>
    public string? SetAside(in Digest digest, FileStatus? read)
    {
        string path = PathOf(digest);
        string target = path;
        for (int i = 0; i < Names; i++)
        {
            target = $"{path}.{i}.bad";
            if (i < Names - 1 && Path.Exists(target)) continue;
            break;
        }

        try
        {
            mutations.Rename(path, target);
            if (read is { } bad && FileStatus.TryOf(target, out _) is { } renamed && !bad.IsSameFile(renamed))
            {
                return Return(target, path);
            }

            return $"corrupted chunk renamed to {PathText.Quote(target)}";
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            return null;
        }
        catch (OsErrorException e)
        {
            return $"could not rename corrupted chunk {PathText.Quote(path)} - {e.Message}";
        }
    }

    private string Return(string target, string path)
    {
        try
        {
            try
            {
                mutations.RenameNew(target, path);
            }
            catch (OsErrorException e) when (e.Is(OsError.EEXIST))
            {
                // Stored once more meanwhile; then this one is not needed.
            }
            catch (OsErrorException)
            {
                // A file system that cannot promise not to replace: what a backup may have put there meanwhile is the
                // same chunk.
                mutations.Rename(target, path);
            }
        }
        catch (OsErrorException e)
        {
            return $"corrupted chunk {PathText.Quote(path)} was replaced meanwhile, and the new one is now "
                + $"{PathText.Quote(target)}, from where it could not be moved back - {e.Message}";
        }

        return $"corrupted chunk {PathText.Quote(path)} was replaced meanwhile, and stays";
    }

    private string PathOf(in Digest digest)
    {
        string name = digest.ToString();
        return Path.Combine(chunkFolder, name[..4], name);
    }
}
