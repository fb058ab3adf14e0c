namespace PbsModule.Core.Errors;

/// <summary>
/// What every failure of the engine has in common: a stable id, the thing it concerns, and what to do about it.
/// </summary>
public abstract class PbsException : Exception
{
    private protected PbsException(string errorId, string message, string? target, Exception? inner)
        : base(message, inner)
    {
        ErrorId = errorId;
        Target = target;
    }

    /// <summary>
    /// Stable identifier out of <see cref="PbsErrorId"/>; scripts match on it, so it never contains data.
    /// </summary>
    public string ErrorId { get; }

    /// <summary>The path or identity text of the thing that failed, where there is one.</summary>
    public string? Target { get; }

    /// <summary>What the reader of the error can do next, where we know it.</summary>
    public string? RecommendedAction { get; init; }
}
