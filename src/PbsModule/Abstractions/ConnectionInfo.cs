using PbsModule.Core.Administration;

namespace PbsModule;

/// <summary>The connection of a session: which configuration, and who acts.</summary>
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
    }

    /// <summary>Who acts.</summary>
    public string AuthId { get; }

    /// <summary>Folder of datastore.cfg, user.cfg and acl.cfg.</summary>
    public string ConfigRoot { get; }

    /// <summary>Folder of job states and statistics.</summary>
    public string StateRoot { get; }

    /// <summary>Folder of the task logs.</summary>
    public string LogRoot { get; }

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    public string RunRoot { get; }

    /// <summary>True when nobody called Connect-PbsServer: the server on this machine is taken.</summary>
    public bool IsImplicit { get; }

    /// <summary>True when the identity was proven by a secret (-Credential), not only claimed.</summary>
    public bool IsProven { get; }

    public override string ToString() => $"{AuthId} on {ConfigRoot}";
}
