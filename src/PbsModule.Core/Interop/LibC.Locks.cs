using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PbsModule.Core.Interop;

/// <summary>
/// Declares the two kinds of advisory locks that PBS uses. Linux only, because <c>fcntl</c> is variadic.
/// </summary>
internal static partial class LibC
{
    public const int LockShared = 1;
    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;
    public const int LockNone = 8;

    public const int OfdGetLock = 36;
    public const int OfdSetLock = 37;
    public const short RecordReadLock = 0;
    public const short RecordWriteLock = 1;
    public const short RecordUnlock = 2;

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(SafeFileHandle file, int operation);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int FLock(int descriptor, int operation);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static unsafe partial int RecordLock(SafeFileHandle file, int command, RecordLockRange* range);

    /// <summary>The kernel's <c>struct flock</c> on 64-bit systems. Length 0 extends to the end of the file.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct RecordLockRange
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;

        /// <summary>Must be 0 for locks of the open file description.</summary>
        public int Process;
    }
}
