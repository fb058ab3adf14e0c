using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>
/// The folder that holds PBS's configuration: of the server itself, or a copy rescued from one. Files are read when
/// they are asked for, and read again only when they changed. One instance belongs to one connection; it may be used by
/// several threads.
/// </summary>
public sealed class ConfigurationRoot
{
    /// <summary>Where a server keeps it.</summary>
    public const string DefaultPath = "/etc/proxmox-backup";

    private readonly CachedFile<DatastoreConfig> _datastores;
    private readonly Lazy<ServerRelease?> _release;

    /// <param name="path">The folder. It need not exist yet.</param>
    /// <param name="release">The release of the server that reads the folder; null to find it out.</param>
    public ConfigurationRoot(string path = DefaultPath, ServerRelease? release = null)
    {
        Path = System.IO.Path.GetFullPath(path);
        _release = new Lazy<ServerRelease?>(() => release ?? InstalledRelease.Of(Path, DefaultPath));
        _datastores = new CachedFile<DatastoreConfig>(this, DatastoreSchema.File.FileName, DatastoreConfig.Parse);
    }

    /// <summary>The full path of the folder.</summary>
    public string Path { get; }

    /// <summary>The release of the server that reads the folder; null if nothing tells it.</summary>
    public ServerRelease? Release => _release.Value;

    /// <summary>datastore.cfg.</summary>
    /// <exception cref="PbsNotFoundException">The folder does not exist.</exception>
    /// <exception cref="PbsStorageException">The file cannot be read.</exception>
    /// <exception cref="PbsFormatException">The file breaks the grammar or the schema.</exception>
    public DatastoreConfig Datastores => _datastores.Load();

    /// <summary>Full path of a file in the folder.</summary>
    public string PathOf(string fileName) => System.IO.Path.Combine(Path, fileName);
}
