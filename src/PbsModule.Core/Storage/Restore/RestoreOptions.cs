using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Storage.Restore;

/// <summary>What happens where there is something already.</summary>
internal enum ExistingEntries
{
    /// <summary>The entry is refused; of a folder all that is in it.</summary>
    Refuse,

    /// <summary>Files stay as they are; folders are gone into.</summary>
    Keep,

    /// <summary>Files are replaced; folders are gone into, and get what the archive has.</summary>
    Replace,
}

/// <summary>How a tree is restored.</summary>
internal sealed record RestoreOptions
{
    /// <summary>Full path of the folder everything goes to, for messages.</summary>
    public required string Destination { get; init; }

    public ExistingEntries Existing { get; init; }

    /// <summary>Zeros take the place of chunks that cannot be had.</summary>
    public bool AllowMissingChunk { get; init; }

    /// <summary>
    /// Why nothing may be restored into a folder that is there, by its full path; null where something may.
    /// </summary>
    public Func<string, string?> RefuseFolder { get; init; } = static _ => null;

    /// <summary>Whose what is restored becomes.</summary>
    public RestoredOwners Owners { get; init; }

    /// <summary>Which entries; a directory with all that is in it.</summary>
    public RestoreSelection Selection { get; init; } = RestoreSelection.All;
}

/// <summary>Whose restored entries become.</summary>
/// <param name="AreGiven">Whether each is given to its owner: only root may.</param>
/// <param name="User">Number of whoever restores; null where there are none.</param>
/// <param name="Group">The same of the group.</param>
internal readonly record struct RestoredOwners(bool AreGiven, uint? User = null, uint? Group = null)
{
    /// <summary>Whether what whoever restores makes belongs to whom the archive says.</summary>
    public bool AreThose(in PxarStat stat) => User == stat.UserId && Group == stat.GroupId;
}

/// <summary>One entry that is to be restored.</summary>
/// <param name="Text">For messages.</param>
/// <param name="Names">From the root on.</param>
internal sealed record RestoredPath(string Text, IReadOnlyList<byte[]> Names) : IComparable<RestoredPath>
{
    /// <summary>How many names it begins with that another path begins with, too.</summary>
    public int CommonWith(RestoredPath other)
    {
        int common = 0;
        while (common < Names.Count
            && common < other.Names.Count
            && Names[common].AsSpan().SequenceEqual(other.Names[common]))
        {
            common++;
        }

        return common;
    }

    /// <summary>A directory before what is in it, all of that before what follows: the order of the archive.</summary>
    public int CompareTo(RestoredPath? other)
    {
        if (other is null) return 1;
        int common = CommonWith(other);
        return common == Names.Count || common == other.Names.Count
            ? Names.Count - other.Names.Count
            : Names[common].AsSpan().SequenceCompareTo(other.Names[common]);
    }
}

/// <summary>
/// Which entries of an archive are wanted. A pattern without '/' is about names, one with it about whole paths, whether
/// that stands in front or not; one at the end means nothing. A directory that fits stands for all that is in it.
/// </summary>
internal sealed class RestoreSelection
{
    private readonly WildcardName[] _included;
    private readonly WildcardName[] _excluded;

    /// <param name="included">What is wanted; everything where there is none.</param>
    /// <param name="excluded">What is not wanted, whatever includes it.</param>
    public RestoreSelection(IEnumerable<WildcardName> included, IEnumerable<WildcardName> excluded)
    {
        _included = [.. included.Select(Plain)];
        _excluded = [.. excluded.Select(Plain)];
    }

    public static RestoreSelection All { get; } = new([], []);

    /// <summary>Whether anything has to be compared at all.</summary>
    public bool IsEverything => _included.Length == 0 && _excluded.Length == 0;

    public bool IncludesAll => _included.Length == 0;

    public bool Includes(string path) => Fits(_included, path);

    public bool Excludes(string path) => Fits(_excluded, path);

    private static WildcardName Plain(WildcardName pattern) =>
        pattern.Pattern is [_, .., '/'] ? pattern.With(pattern.Pattern.TrimEnd('/')) : pattern;

    private static bool Fits(WildcardName[] patterns, string path)
    {
        ReadOnlySpan<char> name = path.AsSpan(path.LastIndexOf('/') + 1);
        foreach (WildcardName pattern in patterns)
        {
            bool isPath = pattern.Pattern.Contains('/', StringComparison.Ordinal);
            if (!isPath
                ? pattern.Matches(name)
                : pattern.Matches(path.AsSpan()) || (pattern.Pattern[0] != '/' && pattern.Matches(path.AsSpan(1))))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Told on the thread that restores.</summary>
internal interface IRestoreListener
{
    /// <summary>An entry could not be had, or not be written.</summary>
    void Fail(string path, PbsException error);

    /// <summary>An entry is there, but something it had could not be given to it.</summary>
    void Miss(string path, RestoredTrait attribute, string reason);

    /// <summary>Entries of a directory are not in the archive, because the client could not read them.</summary>
    void LeaveOut(string directory, int count);

    /// <summary>Zeros took the place of a chunk in a file.</summary>
    void Gap(string path, ChunkGap gap);

    /// <summary>An entry is done: now and then, for who shows progress.</summary>
    void Done(string path);
}

/// <summary>What an entry has beside its content.</summary>
public enum RestoredTrait
{
    Owner,
    Mode,
    LastWriteTime,
    ExtendedAttribute,
    AccessControlList,
    Capabilities,
    QuotaProject,
    FileFeatures,

    /// <summary>It became a file of its own with the same content.</summary>
    HardLink,

    /// <summary>All of it: the zip or tar file cannot hold such an entry.</summary>
    Entry,
}

/// <summary>How much was restored.</summary>
internal sealed class RestoreCounts
{
    private long _underway;

    public long Directories { get; set; }

    public long Files { get; set; }

    public long HardLinks { get; set; }

    public long SymbolicLinks { get; set; }

    /// <summary>Devices, fifos and sockets.</summary>
    public long SpecialFiles { get; set; }

    /// <summary>Of content.</summary>
    public long Bytes { get; set; }

    /// <summary>
    /// Bytes of the file that is being written, which are not in <see cref="Bytes"/> yet; from any thread.
    /// </summary>
    public long Underway
    {
        get => Interlocked.Read(ref _underway);
        set => Interlocked.Exchange(ref _underway, value);
    }

    /// <summary>Entries that were there already and stayed.</summary>
    public long Kept { get; set; }
}
