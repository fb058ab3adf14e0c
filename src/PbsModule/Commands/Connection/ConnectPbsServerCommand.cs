using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Connects this session to a server configuration and sets the acting identity.</summary>
[Cmdlet(VerbsCommunications.Connect, "PbsServer", DefaultParameterSetName = LocalSet)]
[OutputType(typeof(ConnectionInfo))]
public sealed class ConnectPbsServerCommand : PbsCmdlet
{
    private const string LocalSet = "Local";
    private const string CredentialSet = "Credential";

    /// <summary>Folder of datastore.cfg; a rescued copy of /etc/proxmox-backup works too.</summary>
    [Parameter(Position = 0)]
    public string? ConfigRoot { get; set; }

    /// <summary>Folder of job states and statistics.</summary>
    [Parameter]
    public string? StateRoot { get; set; }

    /// <summary>Folder of the task logs.</summary>
    [Parameter]
    public string? LogRoot { get; set; }

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    [Parameter]
    public string? RunRoot { get; set; }

    /// <summary>The version of the server that owns the folders, like 4.2; by default their disk shows it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ServerVersion { get; set; }

    /// <summary>
    /// The acting identity, without proof: a user (<c>admin@pbs</c>) or a token (<c>admin@pbs!script</c>).
    /// </summary>
    [Parameter(ParameterSetName = LocalSet)]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string? AuthId { get; set; }

    /// <summary>
    /// The acting identity as the user name, proven by the secret that the configuration stores for it.
    /// </summary>
    [Parameter(
        ParameterSetName = CredentialSet,
        Mandatory = true,
        HelpMessage = "A user with its realm (admin@pbs) or a token (admin@pbs!script), and its secret.")]
    [Credential]
    public PSCredential? Credential { get; set; }

    protected override void Begin()
    {
        // After a failed connection the session must not continue with the previous server or this machine's.
        if (RunspaceConnection.Made is { Options: not null } before)
        {
            WriteVerbose($"the connection as {before.AuthId} on '{before.Options.ConfigRoot}' is given up");
        }

        RunspaceConnection.Set(PbsModule.Core.Datastores.Connection.None);
    }

    protected override void Process()
    {
        var usual = new ConnectionOptions();
        string? authId = Credential?.UserName ?? AuthId;
        ConnectionOptions options = usual with
        {
            ConfigRoot = Folder(ConfigRoot, usual.ConfigRoot),
            StateRoot = Folder(StateRoot, usual.StateRoot),
            LogRoot = Folder(LogRoot, usual.LogRoot),
            RunRoot = Folder(RunRoot, usual.RunRoot),
            AuthId = authId is null ? null : Authid.Parse(authId),
            Release = ServerVersion is null ? null : ServerRelease.Parse(ServerVersion),
        };
        Connection connection = Credential is null
            ? PbsModule.Core.Datastores.Connection.Local(options)
            : Secrets.Use(Credential.Password, secret =>
                PbsModule.Core.Datastores.Connection.Proven(options, secret, StopToken));
        RunspaceConnection.Set(connection);
        if (connection.Doubt is { } doubt) WriteWarning(doubt);
        if (connection.UnknownSettings is { Count: > 0 } unknown)
        {
            WriteWarning($"some settings are of a newer release and left out of account: {string.Join("; ", unknown)}");
        }

        if (!connection.IsActive)
        {
            WriteWarning(
                $"'{connection.AuthId}' does not exist, or is disabled or expired: the server itself would not let it "
                    + "in");
        }

        WriteObject(new ConnectionInfo(connection, isImplicit: false));
    }

    private string Folder(string? given, string usual) => given is null ? usual : FileSystemPath(given);
}
