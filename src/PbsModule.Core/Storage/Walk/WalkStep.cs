using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>One step of a walk: something found, or something wrong on the way; in the order of the listing.</summary>
internal readonly struct WalkStep<T>
    where T : class
{
    private WalkStep(T? item, ListingProblem? problem)
    {
        Item = item;
        Problem = problem;
    }

    public T? Item { get; }

    public ListingProblem? Problem { get; }

    public static implicit operator WalkStep<T>(T item) => new(item, null);

    public static implicit operator WalkStep<T>(ListingProblem problem) => new(null, problem);
}

/// <summary>One step of a walk through namespaces.</summary>
internal readonly struct NamespaceStep
{
    public NamespaceStep(NamespaceFolder item)
    {
        Item = item;
        Place = item.Namespace;
    }

    public NamespaceStep(BackupNamespace place, ListingProblem problem)
    {
        Problem = problem;
        Place = place;
    }

    public NamespaceFolder? Item { get; }

    public ListingProblem? Problem { get; }

    /// <summary>The namespace; for a problem the one it lies in.</summary>
    public BackupNamespace Place { get; }
}

/// <summary>What goes wrong while folders are read, in words.</summary>
internal static class WalkProblem
{
    /// <summary>A folder that cannot be opened or listed; null when it has just vanished, which is none.</summary>
    public static ListingProblem? Unreadable(int error, string path)
    {
        if (error == OsError.ENOENT) return null;
        string message = $"unable to read folder {PathText.Quote(path)} - {OsError.Describe(error)}";
        PbsException cause = error is OsError.EACCES or OsError.EPERM
            ? new PbsPermissionException(PbsErrorId.DirectoryUnreadable, message, path)
            {
                RecommendedAction = OsErrorException.WhoMayRead,
            }
            : new PbsStorageException(PbsErrorId.DirectoryUnreadable, message, path, new OsErrorException(error, path));
        return new ListingProblem(PbsErrorId.DirectoryUnreadable, message, path, ListingProblemKind.Error, cause);
    }

    /// <summary>
    /// The store itself has gone while it was walked, so that what looked vanished may be there; null where it is still
    /// there.
    /// </summary>
    public static ListingProblem? Lost(Datastore store) => store.WhyLost() is { } cause
        ? new ListingProblem(cause.ErrorId, cause.Message, store.Path, ListingProblemKind.Error, cause)
        : null;

    /// <summary>
    /// Garbage collection follows no links, so what a link leads to would lose its chunks: it is no part of the store.
    /// </summary>
    /// <param name="path">The link.</param>
    /// <param name="what">What belongs there: group, snapshot, namespace, backup type.</param>
    public static ListingProblem Link(string path, string what) => new(PbsErrorId.SymbolicLinkRefused,
        $"{PathText.Quote(path)} is a symbolic link where a {what} folder belongs; it is not followed",
        path,
        ListingProblemKind.Warning);

    /// <summary>A name that is no part of a datastore; PBS passes over it in silence.</summary>
    public static ListingProblem Foreign(string path, string what) => new(PbsErrorId.ForeignName,
        $"{PathText.Quote(path)} is not the name of a {what}; it is passed over", path, ListingProblemKind.Information);
}
