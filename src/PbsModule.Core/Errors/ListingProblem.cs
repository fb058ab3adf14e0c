namespace PbsModule.Core.Errors;

/// <summary>How loud a <see cref="ListingProblem"/> is.</summary>
public enum ListingProblemKind
{
    /// <summary>PBS writes a line into its log, nothing is wrong: an unfinished snapshot has no manifest yet.</summary>
    Information,

    /// <summary>
    /// Something is wrong with an item; it is listed without what could not be read, or hidden as PBS hides it.
    /// </summary>
    Warning,

    /// <summary>A part of the store could not be read: what lies there is missing from the listing.</summary>
    Error,
}

/// <summary>Something a listing met on its way; the listing goes on.</summary>
/// <param name="ErrorId">Out of <see cref="PbsErrorId"/>.</param>
/// <param name="Message">PBS's log line where it has one.</param>
/// <param name="Target">Identity text or path of what it concerns.</param>
/// <param name="Kind">How loud to be.</param>
/// <param name="Exception">The cause, where there is one.</param>
public sealed record ListingProblem(
    string ErrorId,
    string Message,
    string Target,
    ListingProblemKind Kind,
    PbsException? Exception = null)
{
    /// <summary>
    /// Set where the manifest of a snapshot cannot be had: whoever reads more of the snapshot meets the same again.
    /// </summary>
    public bool IsOfManifest { get; init; }

    public override string ToString() => Message;
}
