using PbsModule.Core.Errors;

namespace PbsModule.Core.Interop.Libraries;

/// <summary>
/// Errors of libraries that were found and have worked, and then fail for a reason that no data gives.
/// </summary>
internal static class LibraryFailure
{
    /// <param name="library">Its name, as people know it.</param>
    /// <param name="reason">What it says, or cannot do.</param>
    public static PbsPlatformException Of(string library, string reason) =>
        new(PbsErrorId.LibraryFailed, $"{library} failed: {reason}")
        {
            RecommendedAction = $"Start PowerShell again. If it stays, set {NativeCode.Variable}={NativeCode.Off} "
                + "before that: the module then uses its own libraries.",
        };

    /// <param name="library">Its name, as people know it.</param>
    public static PbsStorageException OutOfMemory(string library) =>
        new(PbsErrorId.ResourcesExhausted, $"{library} got no memory from the system");
}
