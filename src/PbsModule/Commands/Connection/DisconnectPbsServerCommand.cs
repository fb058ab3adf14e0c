using System.Management.Automation;
using PbsModule.Abstractions;

namespace PbsModule.Commands;

/// <summary>Forgets the connection of this session. Objects that were found through it still lead to their datastore.</summary>
[Cmdlet(VerbsCommunications.Disconnect, "PbsServer")]
[OutputType(typeof(void))]
public sealed class DisconnectPbsServerCommand : PbsCmdlet
{
    protected override void Process() => RunspaceConnection.Remove();
}
