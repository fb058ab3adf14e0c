using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Says which server's configuration the datastore names of this session come from, and who acts.</summary>
[Cmdlet(VerbsCommunications.Connect, "PbsServer", DefaultParameterSetName = "Local")]
[OutputType(typeof(ConnectionInfo))]
public sealed class ConnectPbsServerCommand : PbsCmdlet
{
    /// <summary>Folder of datastore.cfg; a rescued copy of /etc/proxmox-backup does.</summary>
    [Parameter(ParameterSetName = "Local", Position = 0)]
    public string? ConfigRoot { get; set; }

    /// <summary>Folder of job states and statistics.</summary>
    [Parameter(ParameterSetName = "Local")]
    public string? StateRoot { get; set; }

    /// <summary>Folder of the task logs.</summary>
    [Parameter(ParameterSetName = "Local")]
    public string? LogRoot { get; set; }

    /// <summary>Folder of the locks and active operations of a running server.</summary>
    [Parameter(ParameterSetName = "Local")]
    public string? RunRoot { get; set; }

    /// <summary>Who acts: a user (<c>admin@pbs</c>) or a token of one (<c>admin@pbs!script</c>).</summary>
    [Parameter]
    public string? AuthId { get; set; }

    protected override void Process()
    {
        var usual = new ConnectionOptions();
        Connection connection = Core.Administration.Connection.Local(usual with
        {
            ConfigRoot = Folder(ConfigRoot, usual.ConfigRoot),
            StateRoot = Folder(StateRoot, usual.StateRoot),
            LogRoot = Folder(LogRoot, usual.LogRoot),
            RunRoot = Folder(RunRoot, usual.RunRoot),
            AuthId = AuthId is null ? null : Authid.Parse(AuthId),
        });
        RunspaceConnection.Set(connection);
        WriteObject(new ConnectionInfo(connection, isImplicit: false));
    }

    private string Folder(string? given, string usual) => given is null ? usual : FileSystemPath(given);
}
