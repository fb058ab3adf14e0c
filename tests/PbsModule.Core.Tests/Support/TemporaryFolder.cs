namespace PbsModule.Core.Tests;

/// <summary>A folder for one test, removed with all it holds.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("pbs-test-").FullName;

    /// <summary>Full path of something in the folder.</summary>
    public string this[string relative] => Path.Combine(Root, relative);

    /// <summary>Names of everything in the folder, relative, ordinal.</summary>
    public string[] Names() => [.. Directory.EnumerateFileSystemEntries(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
        .Select(p => Path.GetRelativePath(Root, p)).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // The test itself was thorough; or there are names that are no text, which .NET does not find again.
            if (OperatingSystem.IsLinux() && Directory.Exists(Root)) TreeOnDisk.Delete(Root);
        }
    }
}
