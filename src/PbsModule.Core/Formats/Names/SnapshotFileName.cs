using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// The rule for names of files in a snapshot. A manifest may contain any text as a name, and whoever may back up may
/// write one; a name that is a path would lead to files of other snapshots and owners.
/// </summary>
internal static class SnapshotFileName
{
    /// <summary>Whether a text is one name, on every platform.</summary>
    public static bool IsValid(string name) =>
        name is not ("" or "." or "..") && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;

    /// <exception cref="PbsArgumentException">The text is not one name: <c>PathInvalid</c>.</exception>
    public static void Demand(string name)
    {
        if (IsValid(name)) return;
        throw new PbsArgumentException(
            PbsErrorId.PathInvalid,
            $"'{name}' is not the name of a file in a snapshot",
            name)
        {
            RecommendedAction = "Get-PbsSnapshotFile lists its files.",
        };
    }
}
