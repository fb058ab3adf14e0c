using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Pxar;

// Names that a directory has more than once: no client of PBS writes such an archive, and nothing in the format
// forbids it.
public sealed partial class PxarReader
{
    /// <summary>
    /// All entries of that name, and what keeps one that may have it from being read, in the order of the archive.
    /// </summary>
    /// <exception cref="PbsFormatException">Not a directory.</exception>
    public IEnumerable<PxarChild> FindAll(PxarEntry directory, ReadOnlyMemory<byte> name)
    {
        RequireDirectory(directory);
        return TryOpen(directory, out _) is { } table ? FindAll(table, name) : ScanAll(directory, name);
    }

    /// <summary>
    /// Whether the root has that name more than once. Its head is only read where its table says that it may.
    /// </summary>
    public bool IsRepeatedInRoot(ReadOnlyMemory<byte> name)
    {
        if (_head is null && MayBeRepeated(name.Span) == false) return false;
        return IsRepeated(Root, name);
    }

    /// <summary>Whether a directory has that name more than once.</summary>
    /// <exception cref="PbsFormatException">Not a directory.</exception>
    public bool IsRepeated(PxarEntry directory, ReadOnlyMemory<byte> name) =>
        FindAll(directory, name).Where(child => child.Entry is not null).Skip(1).Any();

    private IEnumerable<PxarChild> FindAll(PxarTable table, ReadOnlyMemory<byte> name)
    {
        ulong hash = SipHash.Of(name.Span);
        for (int at = table.Find(hash, 0); at >= 0; at = table.Find(hash, at + 1))
        {
            PxarChild child = Child(table, at);
            if (child.Entry is null || child.Entry.Name.Span.SequenceEqual(name.Span)) yield return child;
        }
    }

    private IEnumerable<PxarChild> ScanAll(PxarEntry directory, ReadOnlyMemory<byte> name) =>
        new PxarScan(_archive, directory).Children().Where(child =>
            child.Entry is null || child.Entry.Name.Span.SequenceEqual(name.Span));

    /// <summary>Null where the root's table is not to be had.</summary>
    private bool? MayBeRepeated(ReadOnlySpan<byte> name)
    {
        try
        {
            PxarTable table = PxarTable.Read(_archive, UnreadRoot(), isRoot: true);
            ulong hash = SipHash.Of(name);
            int first = table.Find(hash, 0);
            return first >= 0 && table.Find(hash, first + 1) >= 0;
        }
        catch (PbsException)
        {
            return null;
        }
    }
}
