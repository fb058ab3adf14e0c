using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>
/// Describes operating system errors as PBS prints them: <c>No such file or directory (os error 2)</c>.
/// </summary>
internal static class OsError
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EIO = 5;
    public const int EAGAIN = 11;
    public const int ENOMEM = 12;
    public const int EACCES = 13;
    public const int EBUSY = 16;
    public const int EEXIST = 17;
    public const int ENOTDIR = 20;
    public const int EISDIR = 21;
    public const int EINVAL = 22;
    public const int ENFILE = 23;
    public const int EMFILE = 24;
    public const int EFBIG = 27;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ENAMETOOLONG = 36;
    public const int ENOLCK = 37;
    public const int ENOSYS = 38;
    public const int ENOTEMPTY = 39;
    public const int ELOOP = 40;

    public const int ENOTTY = 25;
    public const int EILSEQ = 84;
    public const int EOPNOTSUPP = 95;
    public const int ESTALE = 116;
    public const int EDQUOT = 122;

    private const int MacWouldBlock = 35;
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsFileExists = unchecked((int)0x80070050);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsDirectoryNotEmpty = unchecked((int)0x80070091);
    private const int WindowsAlreadyExists = unchecked((int)0x800700B7);

    /// <summary>
    /// Whether the process or the system has no free handles or memory. Such an error is not about the file.
    /// </summary>
    public static bool IsExhaustion(int errno) => errno is EMFILE or ENFILE or ENOMEM;

    public static string Describe(int errno) =>
        $"{(OperatingSystem.IsLinux() ? Marshal.GetPInvokeErrorMessage(errno) : Text(errno))} (os error {errno})";

    /// <summary>
    /// Returns the error number that corresponds to an exception of .NET's file calls. Returns false if the exception
    /// is not a failure of the system.
    /// </summary>
    public static bool TryFrom(Exception exception, out int errno)
    {
        errno = exception switch
        {
            FileNotFoundException or DirectoryNotFoundException => ENOENT,
            UnauthorizedAccessException => EACCES,
            PathTooLongException => ENAMETOOLONG,
            OsErrorException e => e.Errno,
            IOException { HResult: WindowsFileExists or WindowsAlreadyExists or EEXIST } => EEXIST,
            IOException { HResult: WindowsSharingViolation or EAGAIN or MacWouldBlock } => EAGAIN,
            IOException { HResult: WindowsDiskFull or ENOSPC } => ENOSPC,
            IOException { HResult: WindowsDirectoryNotEmpty or ENOTEMPTY } => ENOTEMPTY,
            IOException => EIO,
            _ => 0,
        };
        return errno != 0;
    }

    // Other systems use the same numbers for other errors, so the portable calls use Linux's texts.
    private static string Text(int errno) => errno switch
    {
        EPERM => "Operation not permitted",
        ENOENT => "No such file or directory",
        EAGAIN => "Resource temporarily unavailable",
        EACCES => "Permission denied",
        EEXIST => "File exists",
        ENOTDIR => "Not a directory",
        EISDIR => "Is a directory",
        EINVAL => "Invalid argument",
        EFBIG => "File too large",
        ENOSPC => "No space left on device",
        EROFS => "Read-only file system",
        ENAMETOOLONG => "File name too long",
        ENOTEMPTY => "Directory not empty",
        EILSEQ => "Invalid or incomplete multibyte or wide character",
        EOPNOTSUPP => "Operation not supported",
        ENOSYS => "Function not implemented",
        ELOOP => "Too many levels of symbolic links",
        _ => "Input/output error",
    };
}
