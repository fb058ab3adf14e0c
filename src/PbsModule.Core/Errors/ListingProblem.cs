namespace PbsModule.Core.Errors;

/// <summary>The severity of a <see cref="ListingProblem"/>.</summary>
public enum ListingProblemKind
{
    /// <summary>
    /// PBS logs a line although nothing is wrong, for example because an unfinished snapshot has no manifest yet.
    /// </summary>
    Information,

    /// <summary>
    /// An item has a problem. It is listed without the parts that could not be read, or hidden as PBS hides it.
    /// </summary>
    Warning,

    /// <summary>A part of the datastore could not be read. Its content is missing from the listing.</summary>
    Error,
}

/// <summary>A problem that a listing found. The listing continues.</summary>
/// <param name="ErrorId">One of <see cref="PbsErrorId"/>.</param>
/// <param name="Message">The log line of PBS if it has one, otherwise a text of the engine.</param>
/// <param name="Target">The identity text or path of the affected item.</param>
/// <param name="Kind">The severity.</param>
/// <param name="Exception">The cause, or null.</param>
public sealed record ListingProblem(
    string ErrorId,
    string Message,
    string Target,
    ListingProblemKind Kind,
    PbsException? Exception = null)
{
    /// <summary>
    /// Whether the manifest of a snapshot cannot be read. Code that reads more of this snapshot meets the same problem
    /// again.
    /// </summary>
    public bool IsOfManifest { get; init; }

    public override string ToString() => Message;
}
