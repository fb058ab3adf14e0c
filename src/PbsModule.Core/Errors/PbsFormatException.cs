namespace PbsModule.Core.Errors;

/// <summary>
/// Bytes or text that do not match the format. Parsers name the fault and its place (the offset in bytes for binary
/// formats, the line for configuration files). The layer that opened the file adds the file's path.
/// </summary>
public sealed class PbsFormatException : PbsException
{
    /// <param name="errorId">One of <see cref="PbsErrorId"/>.</param>
    /// <param name="reason">The fault, in PBS's own words where PBS has a message for it.</param>
    /// <param name="offset">The offset in the file or buffer in bytes, or -1 if there is none.</param>
    /// <param name="file">The path of the file, or null while it is not known.</param>
    /// <param name="inner">The error that caused this one, or null.</param>
    public PbsFormatException(
        string errorId,
        string reason,
        long offset = -1,
        string? file = null,
        Exception? inner = null)
        : base(errorId, Describe(reason, offset, file), file, inner)
    {
        Reason = reason;
        Offset = offset;
        File = file;
    }

    /// <summary>The fault, without its place.</summary>
    public string Reason { get; }

    /// <summary>The offset of the fault in bytes, or -1 if there is none.</summary>
    public long Offset { get; }

    /// <summary>The full path of the file, or null if a buffer was parsed.</summary>
    public string? File { get; }

    /// <summary>Returns the same error with the file that contains the fault.</summary>
    public PbsFormatException In(string file) =>
        new(ErrorId, Reason, Offset, file, InnerException) { RecommendedAction = RecommendedAction };

    private static string Describe(string reason, long offset, string? file) => (offset, file) switch
    {
        ( < 0, null) => reason,
        // PBS's own message names the file of some faults.
        ( < 0, _) when reason.Contains($"\"{file}\"", StringComparison.Ordinal)
            || reason.Contains($"'{file}'", StringComparison.Ordinal) =>
            reason,
        ( < 0, _) => $"{reason} ('{file}')",
        (_, null) => $"{reason} (at offset {offset})",
        _ => $"{reason} ('{file}', at offset {offset})",
    };
}
