using System.Collections;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Features.Listing;

/// <summary>A file of a snapshot.</summary>
/// <param name="FileName">Name in the snapshot's folder, <c>drive-scsi0.img.fidx</c>.</param>
/// <param name="Size">
/// Size in bytes: the logical size of an archive, the file size of a blob; null if the manifest does not name the file.
/// </param>
/// <param name="CryptMode">Encryption of the file; null if the manifest does not name the file.</param>
public readonly record struct SnapshotFile(string FileName, long? Size, CryptMode? CryptMode)
{
    public override string ToString() => FileName;
}

/// <summary>The files of a snapshot. Its text is their names, so that a CSV column stays readable.</summary>
public sealed class SnapshotFileList : IReadOnlyList<SnapshotFile>
{
    private readonly PackedSnapshotFile[] _files;

    internal SnapshotFileList(PackedSnapshotFile[] files) => _files = files;

    public static SnapshotFileList Empty { get; } = new([]);

    public int Count => _files.Length;

    public SnapshotFile this[int index] => Unpack(_files[index]);

    public IEnumerator<SnapshotFile> GetEnumerator()
    {
        foreach (PackedSnapshotFile file in _files) yield return Unpack(file);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", _files.Select(file => file.Name));

    private static SnapshotFile Unpack(in PackedSnapshotFile file) =>
        new(file.Name, file.Size < 0 ? null : file.Size, file.CryptMode < 0 ? null : (CryptMode)file.CryptMode);
}

/// <summary>Names of files. Its text is the names joined by commas.</summary>
public sealed class FileNameList : IReadOnlyList<string>
{
    private readonly string[] _names;

    internal FileNameList(string[] names) => _names = names;

    public static FileNameList Empty { get; } = new([]);

    public int Count => _names.Length;

    public string this[int index] => _names[index];

    public IEnumerator<string> GetEnumerator() => ((IEnumerable<string>)_names).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", _names);
}
