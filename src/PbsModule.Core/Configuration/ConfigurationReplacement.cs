using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Configuration;

/// <summary>
/// Puts a new state of a configuration file in place of the old one, synced to the disk. The caller holds its lock.
/// </summary>
internal static class ConfigurationReplacement
{
    private const int NewFileMode = 0x1A0; // 0640
    private const uint Root = 0;

    /// <summary>
    /// Owner, group and mode of the old file are kept; a new one is root's and group backup's, mode 0640.
    /// </summary>
    /// <exception cref="PbsPermissionException">This account may not write there, or may not keep the
    /// owner.</exception>
    /// <exception cref="PbsStorageException">It cannot be written; the old state stands.</exception>
    public static void Write(
        ConfigurationRoot root,
        string fileName,
        ReadOnlySpan<byte> content,
        IFileMutations? mutations = null)
    {
        string path = root.PathOf(fileName);
        try
        {
            (int mode, FileOwner? owner) = NativeCode.HasLinux ? Attributes(root, path) : (NewFileMode, null);
            AtomicFile.Replace(mutations ?? FileMutations.Default, path, content, mode, owner, Durability.Synced);
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.ConfigurationUnwritable, $"unable to write \"{path}\"", path);
        }
    }

    private static (int Mode, FileOwner? Owner) Attributes(ConfigurationRoot root, string path)
    {
        if (FileStatus.TryOf(path, out _) is { } old) return (old.Mode, old.Owner);
        FileOwner? backup = FileOwner.ForNewFilesIn(root.Path, orBackup: true);
        return (NewFileMode, backup is { } account ? new FileOwner(Root, account.Group) : null);
    }
}
