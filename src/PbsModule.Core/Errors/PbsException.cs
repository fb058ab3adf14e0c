namespace PbsModule.Core.Errors;

/// <summary>The base class of all engine errors: a stable id, the affected object, and a recommended action.</summary>
public abstract class PbsException : Exception
{
    private protected PbsException(string errorId, string message, string? target, Exception? inner)
        : base(message, inner)
    {
        ErrorId = errorId;
        Target = target;
    }

    /// <summary>
    /// The stable identifier, one of <see cref="PbsErrorId"/>. Scripts match on it, so it never contains data.
    /// </summary>
    public string ErrorId { get; }

    /// <summary>The path or identity text of the affected object, or null.</summary>
    public string? Target { get; }

    /// <summary>The recommended action, or null if the error has none of its own.</summary>
    public string? RecommendedAction { get; init; }
}
