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

    /// <param name="path">The folder; need not exist yet.</param>
    public ConfigurationRoot(string path = DefaultPath)
    {
        Path = System.IO.Path.GetFullPath(path);
        _datastores = new CachedFile<DatastoreConfig>(this, DatastoreSchema.File.FileName, DatastoreConfig.Parse);
    }

    /// <summary>Full path of the folder.</summary>
    public string Path { get; }

    /// <summary>datastore.cfg.</summary>
    /// <exception cref="PbsNotFoundException">The folder does not exist.</exception>
    /// <exception cref="PbsStorageException">The file cannot be read.</exception>
    /// <exception cref="PbsFormatException">The file breaks the grammar or the schema.</exception>
    public DatastoreConfig Datastores => _datastores.Load();

    /// <summary>Full path of a file in the folder.</summary>
    public string PathOf(string fileName) => System.IO.Path.Combine(Path, fileName);
}
