using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Acl;

namespace PbsModule.Commands;

/// <summary>Lists the roles and their privileges.</summary>
[Cmdlet(VerbsCommon.Get, "PbsRole")]
[OutputType(typeof(RoleInfo))]
public sealed class GetPbsRoleCommand : PbsCmdlet
{
    /// <summary>Roles, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    protected override void Process()
    {
        foreach (RoleInfo role in Engine.Identities.ListRoles(NameFilters.From(Role), Report)) WriteObject(role);
    }
}
