using Microsoft.Win32.SafeHandles;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Bench.Scenarios;

/// <summary>Writes manifests to new files and renames them over the old ones, the minimum cost of a change.</summary>
/// <param name="folder">The store.</param>
internal sealed class BareManifests(string folder)
{
    private const int Mode = 0x1A4; // 0644

    private readonly (string Path, byte[] Blob)[] _files =
        [.. Directory.EnumerateFiles(folder, Manifest.FileName, SearchOption.AllDirectories).Select(path => (path, File.ReadAllBytes(path)))];

    public int Count => _files.Length;

    public void Write()
    {
        foreach ((string path, byte[] blob) in _files)
        {
            string temporary = path + ".tmp_bare00";
            using (SafeFileHandle file = FileMutations.Default.Open(temporary, FileCreation.CreateNew, Mode)) FileMutations.Default.Write(file, blob);
            FileMutations.Default.Rename(temporary, path);
        }
    }
}
