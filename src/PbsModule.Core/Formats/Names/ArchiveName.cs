namespace PbsModule.Core.Formats.Names;

/// <summary>
/// Converts file names to the archive names that people and PBS's client use: <c>root.pxar</c> for the file
/// <c>root.pxar.didx</c>, and for the two files <c>root.mpxar.didx</c> and <c>root.ppxar.didx</c> of a split archive.
/// </summary>
public static class ArchiveName
{
    internal static readonly string[] FileEndings = [".didx", ".fidx", ".blob"];

    /// <summary>Returns the name of the archive that a file of a snapshot belongs to.</summary>
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

    /// <summary>Whether a file contains an archive of files, or the metadata of a split one.</summary>
    public static bool IsFileArchive(string fileName) =>
        fileName.EndsWith(".pxar.didx", StringComparison.Ordinal)
            || fileName.EndsWith(".mpxar.didx", StringComparison.Ordinal);

    /// <summary>Whether a file contains the content of a split archive.</summary>
    public static bool IsSplitContent(string fileName) => fileName.EndsWith(".ppxar.didx", StringComparison.Ordinal);

    /// <summary>Whether a file contains the metadata of a split archive.</summary>
    public static bool IsSplitMetadata(string fileName) => fileName.EndsWith(".mpxar.didx", StringComparison.Ordinal);
}
