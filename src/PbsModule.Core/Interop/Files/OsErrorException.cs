namespace PbsModule.Core.Interop;

/// <summary>
/// A system call that failed. It does not leave the engine: the floor that knows what was meant turns it into a
/// <see cref="PbsException"/> in PBS's words.
/// </summary>
internal sealed class OsErrorException(int errno, string? path) : IOException(OsError.Describe(errno))
{
    /// <summary>What helps where the system does not let us read.</summary>
    public const string WhoMayRead = "Run as root or as the account 'backup', or on a copy you may read.";

    public int Errno { get; } = errno;

    public string? Path { get; } = path;

    public bool Is(int errno) => Errno == errno;

    /// <summary>The failure for the caller: what was meant, a separator, and the system's reason.</summary>
    public PbsException As(string errorId, string what, string? target = null, string separator = " - ") => Errno is OsError.EACCES or OsError.EPERM or OsError.EROFS
        ? new PbsPermissionException(errorId, $"{what}{separator}{Message}", target ?? Path, this) { RecommendedAction = Errno != OsError.EROFS && IsRead(errorId) ? WhoMayRead : null }
        : new PbsStorageException(errorId, $"{what}{separator}{Message}", target ?? Path, this);

    private static bool IsRead(string errorId) => errorId is PbsErrorId.FileUnreadable or PbsErrorId.DirectoryUnreadable or PbsErrorId.DatastoreUnavailable or PbsErrorId.ChunkUnreadable;
}
