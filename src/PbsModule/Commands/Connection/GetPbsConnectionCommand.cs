using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;

namespace PbsModule.Commands;

/// <summary>Shows the connection that this session uses for datastore names.</summary>
[Cmdlet(VerbsCommon.Get, "PbsConnection")]
[OutputType(typeof(ConnectionInfo))]
public sealed class GetPbsConnectionCommand : PbsCmdlet
{
    protected override void Process()
    {
        Connection connection = RunspaceConnection.Current;
        if (connection.Options is not null)
        {
            WriteObject(new ConnectionInfo(connection, isImplicit: RunspaceConnection.Made is null));
        }
    }
}
