using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Chunks;

namespace PbsModule.Core.Datastores;

/// <summary>Whether privileges are evaluated on a datastore.</summary>
public enum DatastoreAccessControl
{
    /// <summary>Opened by path and not part of a registered store: access depends on file permissions alone.</summary>
    None,

    /// <summary>Registered in the connection: its ACL applies.</summary>
    Enforced,
}

/// <summary>
/// Identifies a datastore and the connection to it. Holds no open files; every use is checked by the gate again.
/// </summary>
public sealed class DatastoreContext
{
    internal DatastoreContext(Connection connection, string? name, string path, string text)
    {
        Connection = connection;
        Name = name;
        Path = path;
        Text = text;
    }

    public Connection Connection { get; }

    /// <summary>The registered name; null for a folder that is not registered.</summary>
    public string? Name { get; }

    /// <summary>Full path of its folder.</summary>
    public string Path { get; }

    /// <summary>The text that <c>-Datastore</c> accepts.</summary>
    public string Text { get; }

    public DatastoreAccessControl AccessControl =>
        Name is null ? DatastoreAccessControl.None : DatastoreAccessControl.Enforced;

    /// <summary>What was found out about the folder of a store that no configuration describes.</summary>
    internal S3CacheMemo S3Cache { get; } = new();

    /// <summary>Returns the folder of a namespace.</summary>
    internal string PathOf(BackupNamespace ns) =>
        ns.IsRoot
            ? Path
            : System.IO.Path.Combine(Path, ns.DiskPath.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <inheritdoc cref="Datastore.Describe(BackupNamespace)"/>
    internal string Describe(BackupNamespace ns) => Datastore.Describe(Text, ns);

    public override string ToString() => Text;
}
