using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Sets corrupt chunks aside, so that the next backup that holds their data stores it again. They stay beside their place under the
/// first free of ten names, of which the last is used over and over. Source: PBS rename_corrupted_chunk.
/// </summary>
internal sealed class CorruptChunks(IFileMutations mutations, string chunkFolder)
{
    private const int Names = 10;

    /// <returns>PBS's log line; null where the chunk has gone by itself.</returns>
    public string? SetAside(in Digest digest)
    {
        string name = digest.ToString();
        string path = Path.Combine(chunkFolder, name[..4], name);
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
}
