using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Creates the errors of libraries that were found and passed their self-test, and later fail for a reason that data
/// cannot cause.
/// </summary>
internal static class LibraryFailure
{
    /// <param name="library">The common name of the library.</param>
    /// <param name="reason">The library's own message, or the operation that failed.</param>
    public static PbsPlatformException Of(string library, string reason) =>
        new(PbsErrorId.LibraryFailed, $"{library} failed: {reason}")
        {
            RecommendedAction = $"Start PowerShell again. If it stays, set {NativeCode.Variable}={NativeCode.Off} "
                + "before that: the module then uses its own libraries.",
        };

    /// <param name="library">The common name of the library.</param>
    public static PbsStorageException OutOfMemory(string library) =>
        new(PbsErrorId.ResourcesExhausted, $"{library} got no memory from the system");
}
