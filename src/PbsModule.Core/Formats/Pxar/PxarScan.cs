using System.Buffers.Binary;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Reads a directory from its start without its table, for archives that are truncated or damaged. Stops at the first
/// item that cannot be read, because the start of the next item is then not known.
/// </summary>
internal sealed class PxarScan(IByteSource source, PxarEntry directory)
{
    private const int DeepestSkipped = 4096;

    public IEnumerable<PxarChild> Children()
    {
        long at = directory.Body;
        long limit = directory.End >= 0 ? directory.End : directory.Limit;
        while (true)
        {
            PxarEntry? entry = TryNext(ref at, limit, out PbsException? error);
            if (error is not null) yield return new PxarChild(null, error, at);
            if (entry is null) yield break;
            yield return new PxarChild(entry, null, entry.Position);

            // If the caller has read the directory, its end is known. Otherwise, its items are skipped.
            if (!entry.IsDirectory) at = entry.Body;
            else if (entry.End >= 0) at = entry.End;
            else if (entry.IsLost || !TrySkip(entry, ref at, out error))
            {
                directory.IsLost = true;
                if (error is not null) yield return new PxarChild(null, error, at);
                yield break;
            }
        }
    }

    private PxarEntry? TryNext(ref long at, long limit, out PbsException? error)
    {
        error = null;
        try
        {
            PxarItem item = PxarItem.Read(source, at, limit);
            if (item.Type == PxarType.Goodbye)
            {
                if (directory.End < 0) directory.End = item.End;
                return null;
            }

            return PxarNodeReader.ReadChild(source, at, limit);
        }
        catch (PbsException e)
        {
            error = e;
            directory.IsLost = true;
            return null;
        }
    }

    /// <summary>Finds the end of a directory by its items only. Returns false if one of them cannot be read.</summary>
    private bool TrySkip(PxarEntry entry, ref long at, out PbsException? error)
    {
        error = null;
        try
        {
            at = EndOf(entry);
            entry.End = at;
            return true;
        }
        catch (PbsException e)
        {
            error = e;
            return false;
        }
    }

    private long EndOf(PxarEntry entry)
    {
        long at = entry.Body;
        for (int depth = 1; depth > 0;)
        {
            PxarItem item = PxarItem.Read(source, at, entry.Limit);
            at = item.End;
            if (item.Type == PxarType.Goodbye) depth--;
            else if (item.Type is PxarType.Entry or PxarType.EntryV1 && IsDirectory(item) && ++depth > DeepestSkipped)
            {
                throw PxarItem.Invalid($"directories are more than {DeepestSkipped} levels deep", at);
            }
        }

        return at;
    }

    private bool IsDirectory(in PxarItem item) => PxarStat.Read(source, item).Type == CatalogEntryType.Directory;
}
