using System.Runtime.InteropServices;

namespace PbsModule.Core.Interop;

/// <summary>Operating system errors in the words PBS prints: <c>No such file or directory (os error 2)</c>.</summary>
internal static class OsError
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int ENOTDIR = 20;
    public const int EINVAL = 22;
    public const int ENOSPC = 28;
    public const int EROFS = 30;
    public const int ENOTEMPTY = 39;
    public const int ELOOP = 40;

    public static string Describe(int errno) => $"{Marshal.GetPInvokeErrorMessage(errno)} (os error {errno})";
}
