using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop.Restore;

namespace PbsModule.Core.Storage.Restore;

/// <summary>A directory of the archive that is being restored.</summary>
internal sealed class RestoredFolder(RestoredFolder? parent, PxarEntry entry, bool isIncluded)
{
    public RestoredFolder? Parent => parent;

    public PxarEntry Entry => entry;

    /// <summary>Whether it, and so all that is in it, is wanted; else only some of what is in it.</summary>
    public bool IsIncluded => isIncluded;

    /// <summary>What is still to come; null where one entry was looked up.</summary>
    public IEnumerator<PxarChild>? Children { get; set; }

    /// <summary>The folder, once there is something to be written to it.</summary>
    public TargetFolder? Target { get; set; }

    /// <summary>Whether it gets what the archive has for it when it is left.</summary>
    public bool GetsMetadata { get; set; }

    public bool IsRefused { get; set; }

    public HashSet<string> Names { get; } = [];

    /// <summary>Whether a path leads through it.</summary>
    public bool IsAbove(RestoredPath path) =>
        parent is null || (
            Level < path.Names.Count && entry.Name.Span.SequenceEqual(path.Names[Level - 1]) && parent.IsAbove(path));

    private int Level { get; } = parent is null ? 0 : parent.Level + 1;

    public string PathText => parent is null ? "/" : parent.PathOf(entry);

    public string PathOf(PxarEntry child)
    {
        string name = EscapedName.Format(child.Name.Span);
        return parent is null ? "/" + name : $"{PathText}/{name}";
    }

    public byte[][] NamesOf(PxarEntry child) =>
        parent is null ? [child.Name.ToArray()] : [.. parent.NamesOf(entry), child.Name.ToArray()];

    /// <summary>False where an entry of this archive has that name here already.</summary>
    public bool TryTakeName(PxarEntry child)
    {
        string name = EscapedName.Format(child.Name.Span);
        return Names.Add(Target!.IgnoresCase ? name.ToUpperInvariant() : name);
    }
}
