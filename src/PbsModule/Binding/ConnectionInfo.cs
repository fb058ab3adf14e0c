using PbsModule.Core.Datastores;

namespace PbsModule.Binding;

/// <summary>The connection of a session: its configuration and acting identity.</summary>
public sealed class ConnectionInfo
{
    internal ConnectionInfo(Connection connection, bool isImplicit)
    {
        ConnectionOptions options = connection.Options!;
        AuthId = connection.AuthId.ToString();
        ConfigRoot = options.ConfigRoot;
        StateRoot = options.StateRoot;
        LogRoot = options.LogRoot;
        RunRoot = options.RunRoot;
        IsImplicit = isImplicit;
        IsProven = connection.IsProven;
        ServerVersion = connection.Release?.ToString();
    }

    /// <summary>The acting identity.</summary>
    public string AuthId { get; }

    /// <summary>Folder of datastore.cfg, user.cfg and acl.cfg.</summary>
    public string ConfigRoot { get; }

    /// <summary>Folder of job states and statistics.</summary>
    public string StateRoot { get; }

    /// <summary>Folder of the task logs.</summary>
    public string LogRoot { get; }

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    public string RunRoot { get; }

    /// <summary>True if Connect-PbsServer was not called and the server on this machine is used.</summary>
    public bool IsImplicit { get; }

    /// <summary>True if a secret (-Credential) proved the identity; false if it was only claimed.</summary>
    public bool IsProven { get; }

    /// <summary>
    /// The version of the server that owns the configuration: as given to Connect-PbsServer, or as its disk shows it;
    /// null if it is unknown.
    /// </summary>
    public string? ServerVersion { get; }

    public override string ToString() => $"{AuthId} on {ConfigRoot}";
}
