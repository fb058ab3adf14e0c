using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Pxar;

// Finds names that occur more than once in a directory. No client of PBS writes such an archive, but the format does
// not forbid it.
public sealed partial class PxarReader
{
    /// <summary>
    /// Returns all entries with a name, and the errors of entries that may have this name but cannot be read, in
    /// archive order.
    /// </summary>
    /// <exception cref="PbsFormatException">The entry is not a directory.</exception>
    public IEnumerable<PxarChild> FindAll(PxarEntry directory, ReadOnlyMemory<byte> name)
    {
        RequireDirectory(directory);
        return TryOpen(directory, out _) is { } table ? FindAll(table, name) : ScanAll(directory, name);
    }

    /// <summary>
    /// Whether the root contains a name more than once. The start of the archive is read only if the root's table shows
    /// that this is possible.
    /// </summary>
    public bool IsRepeatedInRoot(ReadOnlyMemory<byte> name)
    {
        if (_head is null && MayBeRepeated(name.Span) == false) return false;
        return IsRepeated(Root, name);
    }

    /// <summary>Whether a directory contains a name more than once.</summary>
    /// <exception cref="PbsFormatException">The entry is not a directory.</exception>
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

    /// <summary>Whether the root's table has a name's hash more than once. Null if it cannot be read.</summary>
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
