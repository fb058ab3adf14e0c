using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Whether privileges are evaluated on a datastore.</summary>
public enum DatastoreAccessControl
{
    /// <summary>Opened by path, in no registered store: whoever can read the files sees them.</summary>
    None,

    /// <summary>Registered in the connection: its ACL decides.</summary>
    Enforced,
}

/// <summary>Which datastore, through which connection. Holds nothing open; every use passes the gate again.</summary>
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

    /// <summary>The name it is registered under, null for a folder that is not.</summary>
    public string? Name { get; }

    /// <summary>Full path of its folder.</summary>
    public string Path { get; }

    /// <summary>What <c>-Datastore</c> takes back.</summary>
    public string Text { get; }

    public DatastoreAccessControl AccessControl =>
        Name is null ? DatastoreAccessControl.None : DatastoreAccessControl.Enforced;

    /// <summary>Folder of a namespace.</summary>
    internal string PathOf(BackupNamespace ns) =>
        ns.IsRoot
            ? Path
            : System.IO.Path.Combine(Path, ns.DiskPath.Replace('/', System.IO.Path.DirectorySeparatorChar));

    /// <inheritdoc cref="Datastore.Describe(BackupNamespace)"/>
    internal string Describe(BackupNamespace ns) => Datastore.Describe(Text, ns);

    public override string ToString() => Text;
}
