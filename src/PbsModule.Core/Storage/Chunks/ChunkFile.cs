using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// A file of a chunk store that PBS takes for a chunk by its name: a digest, followed by <c>.0.bad</c> to <c>.9.bad</c>
/// where verify has set it aside. Lent for the time of one visit.
/// </summary>
internal readonly ref struct ChunkFile
{
    // ".0.bad"
    private const int SuffixLength = 6;

    private ChunkFile(Folder folder, int prefix, ReadOnlySpan<byte> name, in Digest digest, in EntryStatus status)
    {
        Folder = folder;
        Prefix = prefix;
        Name = name;
        Digest = digest;
        Status = status;
    }

    /// <summary>The folder it lies in, open.</summary>
    public Folder Folder { get; }

    /// <summary>That folder's number, 0 to 65535.</summary>
    public int Prefix { get; }

    public ReadOnlySpan<byte> Name { get; }

    /// <summary>What its name says.</summary>
    public Digest Digest { get; }

    /// <summary>Sizes and times. It is a regular file.</summary>
    public EntryStatus Status { get; }

    /// <summary>Set aside by verify.</summary>
    public bool IsBad => Name.Length > Digest.TextLength;

    /// <summary>
    /// Whether this is the file that is read and touched for its digest: the plain name, in lower case, in its own
    /// folder.
    /// </summary>
    public bool IsInPlace
    {
        get
        {
            Span<byte> name = stackalloc byte[Digest.TextLength];
            return Name.Length == Digest.TextLength
                && Digest.Prefix == Prefix
                && Digest.TryFormat(name, out _)
                && name.SequenceEqual(Name);
        }
    }

    /// <summary>Its name below <c>.chunks</c>, for instance <c>ba78/ba7816bf…</c>.</summary>
    public string RelativePath => $"{ChunkFolderScan.NameOf(Prefix)}/{System.Text.Encoding.ASCII.GetString(Name)}";

    /// <summary>
    /// Returns whether a name is that of a chunk, or of one set aside. As since PBS 4.1.2, every other name is foreign:
    /// older releases took any six characters after the digest, and removed <c>{digest}.using</c> of an S3 cache as a
    /// chunk.
    /// </summary>
    public static bool TryParseName(ReadOnlySpan<byte> name, out Digest digest)
    {
        digest = default;
        bool isOne = name.Length == Digest.TextLength
            || (name.Length == Digest.TextLength + SuffixLength && IsBadSuffix(name[Digest.TextLength..]));
        return isOne && Digest.TryParse(name[..Digest.TextLength], out digest);
    }

    private static bool IsBadSuffix(ReadOnlySpan<byte> suffix) =>
        suffix[0] == '.' && char.IsAsciiDigit((char)suffix[1]) && suffix[2..].SequenceEqual(".bad"u8);

    internal static ChunkFile Of(
        Folder folder,
        int prefix,
        ReadOnlySpan<byte> name,
        in Digest digest,
        in EntryStatus status) => new(folder, prefix, name, digest, status);
}
