using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Configuration;

/// <summary>What tells one state of a file from the next.</summary>
/// <param name="Exists">Whether there is a file.</param>
/// <param name="Inode">Which file it is; 0 where that cannot be told. PBS replaces, so that every state is another
/// file.</param>
/// <param name="Modified">Its modification time in ticks of 100 ns.</param>
/// <param name="Length">Bytes.</param>
internal readonly record struct ConfigurationFileStamp(bool Exists, ulong Inode, long Modified, long Length);

/// <summary>Reads configuration files from a root.</summary>
internal static class ConfigurationReader
{
    /// <summary>Far more than PBS ever writes: what is longer is no configuration file.</summary>
    public const int MaxLength = 256 << 20;

    /// <summary>Null if the file is still as <paramref name="known"/> says.</summary>
    public static ConfigurationText? ReadIfChanged(
        ConfigurationRoot root,
        string path,
        ConfigurationFileStamp? known,
        out ConfigurationFileStamp stamp)
    {
        try
        {
            if (!NativeCode.HasLinux && IsEmpty(path))
            {
                stamp = new ConfigurationFileStamp(true, 0, File.GetLastWriteTimeUtc(path).Ticks, 0);
                return stamp == known ? null : ConfigurationText.Decode(path, []);
            }

            using SafeFileHandle file = Open(path);
            stamp = StampOf(file, path);
            return stamp == known ? null : ConfigurationText.Decode(path, NativeFile.ReadAll(file, MaxLength));
        }
        catch (OsErrorException e) when (e.Is(OsError.ENOENT))
        {
            if (!Directory.Exists(root.Path)) throw NoRoot(root, e);
            stamp = default;
            return stamp == known ? null : ConfigurationText.Missing(path);
        }
        catch (Exception e) when (e is OsErrorException or NotSupportedException)
        {
            // A pipe, socket or terminal cannot be asked for its length.
            string reason = e is OsErrorException ? e.Message : "not a regular file";
            throw new PbsStorageException(
                PbsErrorId.ConfigurationUnreadable,
                $"unable to read \"{path}\" - {reason}",
                path,
                e)
            {
                RecommendedAction =
                    "Run as an account that may read the configuration, or point -ConfigRoot at a readable copy.",
            };
        }
    }

    public static ConfigurationText Read(ConfigurationRoot root, string path) =>
        ReadIfChanged(root, path, null, out _)!;

    /// <summary>Does not wait at a pipe for somebody to write.</summary>
    private static SafeFileHandle Open(string path) => NativeCode.HasLinux
        ? NativeFile.TryOpen(path, LibC.ORdOnly | LibC.ONonBlock, out int errno)
            ?? throw new OsErrorException(errno, path)
        : NativeFile.OpenRead(path);

    /// <summary>Where opening cannot be told not to wait, a pipe, which has no length, is not opened at all.</summary>
    private static bool IsEmpty(string path) => new FileInfo(path) is { Exists: true, Length: 0 };

    private static ConfigurationFileStamp StampOf(SafeFileHandle file, string path)
    {
        ulong inode = NativeCode.HasLinux ? FileStatus.Of(file, path).Inode : 0;
        return new ConfigurationFileStamp(
            true,
            inode,
            File.GetLastWriteTimeUtc(file).Ticks,
            RandomAccess.GetLength(file));
    }

    private static PbsNotFoundException NoRoot(ConfigurationRoot root, Exception cause) =>
        new(PbsErrorId.ConfigurationNotFound, $"configuration folder '{root.Path}' does not exist", root.Path, cause)
        {
            RecommendedAction =
                "Give the folder that holds datastore.cfg as -ConfigRoot, or open a datastore by its path.",
        };
}
