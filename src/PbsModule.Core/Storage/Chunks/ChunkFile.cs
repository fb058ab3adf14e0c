using PbsModule.Core.Formats;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Chunks;

/// <summary>
/// A file of a chunk store that PBS takes for a chunk by its name: a digest, with six more characters where verify has
/// set it aside (<c>.0.bad</c>). Lent for the time of one visit.
/// </summary>
internal readonly ref struct ChunkFile
{
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
    public bool IsBad => Name.EndsWith(".bad"u8);

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

    /// <summary>Whether a name is that of a chunk or of one set aside.</summary>
    public static bool TryParseName(ReadOnlySpan<byte> name, out Digest digest)
    {
        digest = default;
        return name.Length is Digest.TextLength or Digest.TextLength + SuffixLength
            && Digest.TryParse(name[..Digest.TextLength], out digest);
    }

    internal static ChunkFile Of(
        Folder folder,
        int prefix,
        ReadOnlySpan<byte> name,
        in Digest digest,
        in EntryStatus status) => new(folder, prefix, name, digest, status);
}
