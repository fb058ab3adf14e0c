namespace PbsModule.Core.Errors;

/// <summary>
/// Bytes or text that are not what the format demands. Parsers name what and where (offset in bytes for binary
/// formats, line for configuration files); the floor that opened the file adds which one.
/// </summary>
public sealed class PbsFormatException : PbsException
{
    /// <param name="errorId">Out of <see cref="PbsErrorId"/>.</param>
    /// <param name="reason">What is wrong, in PBS's words where it has some.</param>
    /// <param name="offset">Byte offset in the file or buffer, -1 where there is none.</param>
    /// <param name="file">The file, once it is known.</param>
    /// <param name="inner">The cause, if another error led here.</param>
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

    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; }

    /// <summary>Byte offset of the fault, or -1.</summary>
    public long Offset { get; }

    /// <summary>Full path of the file, or null when only a buffer was parsed.</summary>
    public string? File { get; }

    /// <summary>The same fault with the file it was found in.</summary>
    public PbsFormatException In(string file) =>
        new(ErrorId, Reason, Offset, file, InnerException) { RecommendedAction = RecommendedAction };

    private static string Describe(string reason, long offset, string? file) => (offset, file) switch
    {
        ( < 0, null) => reason,
        // PBS's own words name the file of some faults.
        ( < 0, _) when reason.Contains($"\"{file}\"", StringComparison.Ordinal)
            || reason.Contains($"'{file}'", StringComparison.Ordinal) =>
            reason,
        ( < 0, _) => $"{reason} ('{file}')",
        (_, null) => $"{reason} (at offset {offset})",
        _ => $"{reason} ('{file}', at offset {offset})",
    };
}
