namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Names of archives as people and PBS's client say them: <c>root.pxar</c> for the file <c>root.pxar.didx</c>, and for
/// the pair <c>root.mpxar.didx</c>, <c>root.ppxar.didx</c> that a split archive consists of.
/// </summary>
public static class ArchiveName
{
    internal static readonly string[] FileEndings = [".didx", ".fidx", ".blob"];

    /// <summary>The archive a file of a snapshot belongs to.</summary>
    public static string Of(string fileName)
    {
        ArgumentNullException.ThrowIfNull(fileName);
        string name = fileName;
        foreach (string ending in FileEndings)
        {
            if (!name.EndsWith(ending, StringComparison.Ordinal)) continue;
            name = name[..^ending.Length];
            break;
        }

        return name.EndsWith(".mpxar", StringComparison.Ordinal) || name.EndsWith(".ppxar", StringComparison.Ordinal)
            ? string.Concat(name.AsSpan(0, name.Length - "mpxar".Length), "pxar")
            : name;
    }

    /// <summary>Whether a file holds an archive of files, or the names of one that is split.</summary>
    public static bool IsFileArchive(string fileName) =>
        fileName.EndsWith(".pxar.didx", StringComparison.Ordinal)
            || fileName.EndsWith(".mpxar.didx", StringComparison.Ordinal);

    /// <summary>Whether a file holds the content of a split archive.</summary>
    public static bool IsSplitContent(string fileName) => fileName.EndsWith(".ppxar.didx", StringComparison.Ordinal);

    /// <summary>Whether a file holds the metadata of a split archive.</summary>
    public static bool IsSplitMetadata(string fileName) => fileName.EndsWith(".mpxar.didx", StringComparison.Ordinal);
}
