namespace PbsModule.Core.Formats.Names;

/// <summary>
/// The names of the archives of one snapshot: those of <see cref="ArchiveName"/>, unless two archives would have the
/// same name. Those two have the names of their files, so that each name identifies one archive.
/// </summary>
public sealed class ArchiveNaming
{
    private readonly HashSet<string> _shared = [];

    /// <param name="fileNames">The names of the files of the snapshot.</param>
    public ArchiveNaming(IEnumerable<string> fileNames)
    {
        ArgumentNullException.ThrowIfNull(fileNames);
        HashSet<string> known = [];
        foreach (string file in fileNames.Where(ArchiveName.IsFileArchive).Distinct())
        {
            if (!known.Add(ArchiveName.Of(file))) _shared.Add(ArchiveName.Of(file));
        }
    }

    /// <summary>Returns the name of the archive that a file of the snapshot contains.</summary>
    public string Of(string fileName)
    {
        string name = ArchiveName.Of(fileName);
        return _shared.Contains(name) ? fileName : name;
    }
}
