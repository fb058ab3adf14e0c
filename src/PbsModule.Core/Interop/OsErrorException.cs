using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop;

/// <summary>
/// A failed system call. It does not leave the engine: the layer that knows the operation converts it to a
/// <see cref="PbsException"/> with PBS's own message.
/// </summary>
internal sealed class OsErrorException(int errno, string? path) : IOException(OsError.Describe(errno))
{
    /// <summary>The recommended action when the system denies reading.</summary>
    public const string WhoMayRead = "Run as root or as the account 'backup', or on a copy you may read.";

    public int Errno { get; } = errno;

    public string? Path { get; } = path;

    public bool Is(int errno) => Errno == errno;

    /// <summary>The recommended action when the file system is mounted read-only.</summary>
    public const string MountWritable =
        "The file system is mounted read-only. Mount it writable; if it became so by itself, see dmesg for errors.";

    /// <summary>
    /// Creates the error for the caller. Its message consists of the operation, a separator, and the system's reason.
    /// </summary>
    public PbsException As(string errorId, string what, string? target = null, string separator = " - ")
    {
        string message = $"{what}{separator}{Message}";
        return Errno switch
        {
            OsError.EROFS => new PbsPermissionException(errorId, message, target ?? Path, this)
            {
                RecommendedAction = MountWritable,
            },
            OsError.EACCES or OsError.EPERM => new PbsPermissionException(errorId, message, target ?? Path, this)
            {
                RecommendedAction = IsRead(errorId) ? WhoMayRead : null,
            },
            _ => new PbsStorageException(errorId, message, target ?? Path, this),
        };
    }

    private static bool IsRead(string errorId) =>
        errorId is PbsErrorId.FileUnreadable
            or PbsErrorId.DirectoryUnreadable
            or PbsErrorId.DatastoreUnavailable
            or PbsErrorId.ChunkUnreadable;
}
