using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Tests;

/// <summary>A datastore that a test puts together, folder by folder; it goes away with the test.</summary>
internal sealed class StoreOnDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public StoreOnDisk()
    {
        Path = Directory.CreateDirectory(System.IO.Path.Combine(_folder.Root, "store")).FullName;
        Directory.CreateDirectory(PathOf(".chunks"));
        File.WriteAllBytes(PathOf(".lock"), []);
    }

    /// <summary>The store's folder.</summary>
    public string Path { get; }

    /// <summary>The folder it lies in; holds nothing else at first.</summary>
    public string Parent => _folder.Root;

    public string PathOf(string relative) => System.IO.Path.Combine(Path, relative);

    /// <summary>A group with an owner.</summary>
    public string AddGroup(string group, string? owner = "root@pam\n")
    {
        string path = Directory.CreateDirectory(PathOf(group)).FullName;
        if (owner is not null) File.WriteAllText(System.IO.Path.Combine(path, "owner"), owner);
        return path;
    }

    /// <summary>A finished snapshot with a manifest and one index.</summary>
    public string AddSnapshot(string group, long time, Func<Manifest, Manifest>? change = null) => AddSnapshot(group, BackupTime.Format(time), change);

    /// <inheritdoc cref="AddSnapshot(string, long, Func{Manifest, Manifest})"/>
    public string AddSnapshot(string group, string time, Func<Manifest, Manifest>? change = null)
    {
        string path = Directory.CreateDirectory(PathOf($"{group}/{time}")).FullName;
        Manifest manifest = Manifest.Create(BackupType.Host, "x", 0, new ManifestFile("root.pxar.didx", CryptMode.None, 1000, default));
        File.WriteAllBytes(System.IO.Path.Combine(path, "root.pxar.didx"), []);
        File.WriteAllBytes(System.IO.Path.Combine(path, "index.json.blob"), DataBlob.Encode((change?.Invoke(manifest) ?? manifest).ToText()));
        return path;
    }

    public void Dispose() => _folder.Dispose();
}
