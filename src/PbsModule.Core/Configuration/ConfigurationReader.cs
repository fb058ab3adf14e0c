using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Configuration;

/// <summary>What tells one state of a file from the next.</summary>
/// <param name="Exists">Whether there is a file.</param>
/// <param name="Modified">Its modification time in ticks of 100 ns.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ConfigurationFileStamp(bool Exists, long Modified, long Length);

/// <summary>Reads configuration files from a root.</summary>
internal static class ConfigurationReader
{
    /// <summary>Far more than PBS ever writes: what is longer is no configuration file.</summary>
    public const int MaxLength = 256 << 20;

    /// <summary>Null if the file is still as <paramref name="known"/> says.</summary>
    public static ConfigurationText? ReadIfChanged(ConfigurationRoot root, string path, ConfigurationFileStamp? known, out ConfigurationFileStamp stamp)
    {
        try
        {
            using SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stamp = new ConfigurationFileStamp(true, File.GetLastWriteTimeUtc(handle).Ticks, RandomAccess.GetLength(handle));
            return stamp == known ? null : ConfigurationText.Decode(path, ReadAll(handle, path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (!Directory.Exists(root.Path)) throw NoRoot(root, e);
            stamp = default;
            return stamp == known ? null : ConfigurationText.Missing(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            string reason = e is UnauthorizedAccessException ? OsError.Describe(OsError.EACCES) : e.Message;
            throw new PbsStorageException(PbsErrorId.ConfigurationUnreadable, $"unable to read \"{path}\" - {reason}", path, e)
            {
                RecommendedAction = "Run as an account that may read the configuration, or point -ConfigRoot at a readable copy.",
            };
        }
    }

    private static byte[] ReadAll(SafeFileHandle handle, string path)
    {
        using var content = new MemoryStream();
        byte[] buffer = new byte[64 << 10];
        int read;
        while ((read = RandomAccess.Read(handle, buffer, content.Length)) > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > MaxLength) throw new PbsFormatException(PbsErrorId.ConfigurationInvalid, $"configuration file is larger than {MaxLength} bytes", file: path);
        }

        return content.ToArray();
    }

    private static PbsNotFoundException NoRoot(ConfigurationRoot root, Exception cause) =>
        new(PbsErrorId.ConfigurationNotFound, $"configuration folder '{root.Path}' does not exist", root.Path, cause)
        {
            RecommendedAction = "Give the folder that holds datastore.cfg as -ConfigRoot, or open a datastore by its path.",
        };
}
