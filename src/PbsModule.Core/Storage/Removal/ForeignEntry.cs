using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Removal;

/// <summary>
/// An entry of a group or namespace folder that is no part of a datastore. A removal never takes one.
/// </summary>
/// <param name="Path">Full path.</param>
/// <param name="What">The kind of entry, and why it does not belong there.</param>
internal readonly record struct ForeignEntry(string Path, string What)
{
    private const int MostNamed = 10;

    public override string ToString() => $"{PathText.Quote(Path)} ({What})";

    /// <summary>The words for a kind of entry.</summary>
    public static string Describe(EntryKind kind) => kind switch
    {
        EntryKind.Folder => "a folder",
        EntryKind.File => "a file",
        EntryKind.Link => "a symbolic link",
        _ => "neither a file nor a folder",
    };

    /// <summary>The names of the first entries, and how many more there are.</summary>
    public static string List(IReadOnlyList<ForeignEntry> entries)
    {
        string named = string.Join(", ",
            entries.OrderBy(static entry => entry.Path, StringComparer.Ordinal).Take(MostNamed));
        return entries.Count <= MostNamed ? named : $"{named}, and {entries.Count - MostNamed} more";
    }

    /// <summary>The refusal to remove a folder that holds foreign entries.</summary>
    /// <param name="what">The folder, in words: <c>group 'vm/100'</c>.</param>
    /// <param name="target">Its full path.</param>
    /// <param name="entries">At least one.</param>
    /// <param name="isUntouched">True where nothing was removed before.</param>
    public static PbsConflictException Refusal(string what, string target, IReadOnlyList<ForeignEntry> entries,
        bool isUntouched = true) =>
        new(PbsErrorId.ForeignContent,
            $"{what} is not removed, because it holds what is no part of it: {List(entries)}", target)
        {
            RecommendedAction = (isUntouched ? "Nothing of it was removed. " : "")
                + "Move what is named out of the datastore, or remove it by hand, and repeat the removal.",
        };
}
