using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Verify;

/// <summary>
/// What the process or the system has run out of says nothing about a backup. It ends a verification, so that nothing
/// is called bad for it, and no state is recorded.
/// </summary>
internal static class Exhaustion
{
    /// <exception cref="PbsStorageException">The error is one.</exception>
    public static void ThrowIf(int error, string path)
    {
        if (OsError.IsExhaustion(error))
        {
            throw new OsErrorException(error, path).As(
                PbsErrorId.ResourcesExhausted,
                $"the verification cannot go on at {PathText.Quote(path)}",
                path);
        }
    }

    /// <exception cref="PbsException">The failure comes from one, or from a library and not from data.</exception>
    public static void ThrowIf(PbsException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is PbsException { ErrorId: PbsErrorId.ResourcesExhausted or PbsErrorId.LibraryFailed })
            {
                throw cause;
            }

            if (cause is OsErrorException { Errno: int error } system)
            {
                ThrowIf(error, system.Path ?? failure.Target ?? "");
            }
        }
    }
}
