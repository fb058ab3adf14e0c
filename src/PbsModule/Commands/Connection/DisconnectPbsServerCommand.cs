using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;

namespace PbsModule.Commands;

/// <summary>Closes the connection of this session. Objects found through it are then refused.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "PbsServer")]
[OutputType(typeof(void))]
public sealed class DisconnectPbsServerCommand : PbsCmdlet
{
    protected override void Process() => RunspaceConnection.Remove();
}
