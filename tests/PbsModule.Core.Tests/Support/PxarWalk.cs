using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Tests;

/// <summary>All of an archive, for tests: each entry with its path, directories before their content.</summary>
internal static class PxarWalk
{
    /// <summary>The entries; one that cannot be had ends it.</summary>
    public static IEnumerable<(string Path, PxarEntry Entry)> All(PxarReader reader) => Below(reader, "/", reader.Root).Prepend(("/", reader.Root));

    /// <summary>What can be had of a damaged archive, and what is wrong.</summary>
    public static List<(string Path, PxarEntry Entry)> Salvage(PxarReader reader, List<PbsException> errors)
    {
        List<(string, PxarEntry)> found = [("/", reader.Root)];
        Salvage(reader, "/", reader.Root, found, errors);
        return found;
    }

    public static byte[] Content(PxarReader reader, PxarEntry file)
    {
        IByteSource source = reader.SourceOf(file);
        long at = reader.ContentOf(file);
        byte[] content = new byte[Math.Min(file.Size, source.Length - at)];
        source.Read(at, content);
        return content;
    }

    public static PxarReader Open(string name) => name.StartsWith("v2/", StringComparison.Ordinal)
        ? new PxarReader(new MemoryByteSource(Corpus.Bytes($"pxar/{name}.mpxar")), new MemoryByteSource(Corpus.Bytes($"pxar/{name}.ppxar")))
        : new PxarReader(new MemoryByteSource(Corpus.Bytes($"pxar/{name}.pxar")));

    private static IEnumerable<(string Path, PxarEntry Entry)> Below(PxarReader reader, string path, PxarEntry directory)
    {
        foreach (PxarEntry entry in reader.List(directory))
        {
            string child = $"{path.TrimEnd('/')}/{entry}";
            yield return (child, entry);
            if (!entry.IsDirectory) continue;
            foreach ((string, PxarEntry) below in Below(reader, child, entry)) yield return below;
        }
    }

    private static void Salvage(PxarReader reader, string path, PxarEntry directory, List<(string, PxarEntry)> found, List<PbsException> errors)
    {
        foreach (PxarChild child in reader.Children(directory))
        {
            if (child.Error is not null) errors.Add(child.Error);
            if (child.Entry is null) continue;
            string below = $"{path.TrimEnd('/')}/{child.Entry}";
            found.Add((below, child.Entry));
            if (child.Entry.IsDirectory) Salvage(reader, below, child.Entry, found, errors);
        }
    }
}
