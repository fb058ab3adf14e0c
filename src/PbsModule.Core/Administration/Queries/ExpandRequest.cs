using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>An archive, or a part of it, that is to be restored as a tree of files.</summary>
/// <param name="Destination">Full path of the folder everything goes to, at the paths it has in the archive; made where
/// it is not there.</param>
public sealed record ExpandRequest(string Destination)
{
    /// <summary>The archive, <c>root.pxar</c> or one of its files; null for the only one of the snapshot.</summary>
    public string? Archive { get; init; }

    /// <summary>
    /// Entries, directories with all that is in them; everything where there is none. Literal paths only.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>What is wanted of that: by name, with a '/' by path. Everything where there is none.</summary>
    public IReadOnlyList<WildcardName> Include { get; init; } = [];

    /// <summary>What is not wanted.</summary>
    public IReadOnlyList<WildcardName> Exclude { get; init; } = [];

    /// <summary>Files that are there are replaced, folders gone into.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Files that are there stay, folders are gone into.</summary>
    public bool NoClobber { get; init; }

    /// <summary>Zeros take the place of chunks that cannot be had.</summary>
    public bool AllowMissingChunk { get; init; }

    /// <summary>For what is encrypted; the caller keeps it.</summary>
    public CryptKey? Key { get; init; }

    /// <summary>
    /// Name of a folder in the destination that it goes to instead; both are made where they are not there. Null for
    /// the destination itself.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Full path of the folder that it really goes to.</summary>
    internal string Target => Folder is null ? Destination : System.IO.Path.Combine(Destination, Folder);

    internal ExistingEntries Existing =>
        Overwrite ? ExistingEntries.Replace : NoClobber ? ExistingEntries.Keep : ExistingEntries.Refuse;
}

/// <summary>What restoring would do.</summary>
/// <param name="Source">Identity text of the snapshot, a slash and the archive.</param>
/// <param name="Destination">Full path of the folder.</param>
public sealed record ExpandPlan(string Source, string Destination);

/// <summary>An entry of an archive that is to be written somewhere else: a file as it is, a directory packed.</summary>
/// <param name="Path">The entry; a literal path.</param>
/// <param name="Destination">Full path of a folder or a file.</param>
public sealed record ArchiveSaveRequest(CatalogPath Path, string Destination)
{
    /// <inheritdoc cref="ExpandRequest.Archive"/>
    public string? Archive { get; init; }

    /// <summary>How a directory is packed. A file is not, unless this is asked for.</summary>
    public ArchivePacking Packing { get; init; }

    /// <inheritdoc cref="ExpandRequest.AllowMissingChunk"/>
    public bool AllowMissingChunk { get; init; }

    /// <summary>What is there is replaced.</summary>
    public bool Replace { get; init; }

    /// <inheritdoc cref="ExpandRequest.Key"/>
    public CryptKey? Key { get; init; }

    /// <inheritdoc cref="SaveRequest.Folder"/>
    public string? Folder { get; init; }

    /// <summary>What the file is called where the destination is a folder, without what packing appends.</summary>
    /// <param name="archive">Name of the archive, for its root.</param>
    internal string NameIn(string archive) => Path.Parts.Count == 0
        ? System.IO.Path.GetFileNameWithoutExtension(archive)
        : EscapedName.Format(Path.Parts[^1].Literal!);
}

/// <summary>How entries of an archive are put into one file.</summary>
public enum ArchivePacking
{
    /// <summary>A file as it is, a directory as zip.</summary>
    Default,

    Zip,

    /// <summary>A tar archive in one Zstandard frame.</summary>
    TarZstd,
}

/// <summary>Told on the thread that asked, while entries of an archive are written.</summary>
/// <param name="onItem">Of gaps, and of what could not be given to entries.</param>
/// <param name="onProblem">Of entries that could not be had or written.</param>
/// <param name="onProgress">The entry at work, bytes done and bytes in all, some times a second.</param>
public sealed class ArchiveListener(
    Action<object> onItem,
    Action<ListingProblem> onProblem,
    Action<string, long, long> onProgress)
{
    internal void Tell(object what)
    {
        if (what is ListingProblem problem) onProblem(problem);
        else onItem(what);
    }

    internal void Tell(string path, long done, long total) => onProgress(path, done, total);
}
