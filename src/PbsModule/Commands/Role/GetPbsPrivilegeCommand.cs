using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Acl;

namespace PbsModule.Commands;

/// <summary>Lists the privileges and the roles that grant them.</summary>
[Cmdlet(VerbsCommon.Get, "PbsPrivilege")]
[OutputType(typeof(PrivilegeInfo))]
public sealed class GetPbsPrivilegeCommand : PbsCmdlet
{
    /// <summary>Privileges, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(PrivilegeCompleter))]
    public string[]? Privilege { get; set; }

    protected override void Process()
    {
        foreach (PrivilegeInfo privilege in Engine.Identities.ListPrivileges(NameFilters.From(Privilege), Report))
        {
            WriteObject(privilege);
        }
    }
}
