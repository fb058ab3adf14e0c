using PbsModule.Core.Errors;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Storage.Restore;

namespace PbsModule.Core.Features.Archives;

/// <summary>A request to restore an archive, or a part of it, as a tree of files.</summary>
/// <param name="Destination">
/// Full path of the target folder, which is created if it does not exist. Entries keep their paths in the archive.
/// </param>
public sealed record ExpandRequest(string Destination)
{
    /// <summary>The archive, <c>root.pxar</c> or one of its files; null if the snapshot has only one.</summary>
    public string? Archive { get; init; }

    /// <summary>
    /// Entries to restore, directories with everything in them; an empty list selects everything. Literal paths only.
    /// </summary>
    public IReadOnlyList<CatalogPath> Paths { get; init; } = [];

    /// <summary>
    /// Patterns that an entry must match: on the name, or on the path if the pattern has a '/'. An empty list does not
    /// filter.
    /// </summary>
    public IReadOnlyList<WildcardName> Include { get; init; } = [];

    /// <summary>Patterns of entries to leave out.</summary>
    public IReadOnlyList<WildcardName> Exclude { get; init; } = [];

    /// <summary>Whether existing files are replaced. Existing folders are merged.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether existing files are kept. Existing folders are merged.</summary>
    public bool NoClobber { get; init; }

    /// <summary>Whether chunks that cannot be read are replaced by zeros.</summary>
    public bool AllowMissingChunk { get; init; }

    /// <summary>Decrypts encrypted data. The caller keeps ownership.</summary>
    public CryptKey? Key { get; init; }

    /// <summary>
    /// Name of a subfolder of the destination to restore into, null for the destination itself. Both are created if
    /// they do not exist.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>Full path of the folder that receives the entries.</summary>
    internal string Target => Folder is null ? Destination : System.IO.Path.Combine(Destination, Folder);

    internal ExistingEntries Existing =>
        Overwrite ? ExistingEntries.Replace : NoClobber ? ExistingEntries.Keep : ExistingEntries.Refuse;
}

/// <summary>The plan of a restore.</summary>
/// <param name="Source">Identity text of the snapshot, a slash and the archive.</param>
/// <param name="Destination">Full path of the target folder.</param>
public sealed record ExpandPlan(string Source, string Destination);

/// <summary>A request to save one entry of an archive: a file unchanged, a directory packed.</summary>
/// <param name="Path">The entry; a literal path.</param>
/// <param name="Destination">Full path of the target folder or file.</param>
public sealed record ArchiveSaveRequest(CatalogPath Path, string Destination)
{
    /// <inheritdoc cref="ExpandRequest.Archive"/>
    public string? Archive { get; init; }

    /// <summary>The format of the saved directory. A file is packed only if a format is set explicitly.</summary>
    public ArchivePacking Packing { get; init; }

    /// <inheritdoc cref="ExpandRequest.AllowMissingChunk"/>
    public bool AllowMissingChunk { get; init; }

    /// <summary>Whether an existing file is replaced.</summary>
    public bool Replace { get; init; }

    /// <inheritdoc cref="ExpandRequest.Key"/>
    public CryptKey? Key { get; init; }

    /// <inheritdoc cref="SaveRequest.Folder"/>
    public string? Folder { get; init; }

    /// <summary>
    /// Returns the file's name for a destination that is a folder, without the extension that packing appends.
    /// </summary>
    /// <param name="archive">Name of the archive, used for its root.</param>
    internal string NameIn(string archive) => Path.Parts.Count == 0
        ? System.IO.Path.GetFileNameWithoutExtension(archive)
        : EscapedName.Format(Path.Parts[^1].Literal!);
}

/// <summary>The format in which archive entries are put into one file.</summary>
public enum ArchivePacking
{
    /// <summary>A file unchanged, a directory as zip.</summary>
    Default,

    Zip,

    /// <summary>A tar archive in one Zstandard frame.</summary>
    TarZstd,
}

/// <summary>Receives reports while entries of an archive are written, on the thread that made the request.</summary>
/// <param name="onItem">Receives gaps, and attributes that could not be restored.</param>
/// <param name="onProblem">Receives entries that could not be read or written.</param>
/// <param name="onProgress">Receives the current entry, bytes done and total bytes, several times a second.</param>
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
