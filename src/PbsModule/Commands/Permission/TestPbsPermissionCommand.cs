using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Tests whether a user or token has a privilege on a path.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PbsPermission")]
[OutputType(typeof(bool))]
public sealed class TestPbsPermissionCommand : PbsCmdlet
{
    /// <summary>Users and tokens; the acting identity by default.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    /// <summary>Paths like <c>/datastore/ds1</c>, or objects of a datastore.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Where, like /datastore/ds1.")]
    [Alias("Path")]
    [AclPathTransformation]
    [ArgumentCompleter(typeof(AclPathCompleter))]
    public string[]? AclPath { get; set; }

    /// <summary>Privileges like <c>Datastore.Audit</c>; one of them is sufficient.</summary>
    [Parameter(
        Mandatory = true,
        Position = 2,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "A privilege, like Datastore.Audit; Get-PbsPrivilege lists them.")]
    [ArgumentCompleter(typeof(PrivilegeCompleter))]
    public string[]? Privilege { get; set; }

    /// <summary>Whether all privileges are required.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    protected override void Process()
    {
        foreach (string? who in AuthId ?? [null!])
        {
            Attempt(who, () =>
            {
                Authid? authId = who is null ? null : Authid.Parse(who);
                foreach (string path in AclPath!)
                {
                    WriteObject(Engine.Permissions.Test(
                        authId,
                        PbsModule.Core.Access.Acl.AclPath.Parse(path),
                        Privilege!,
                        All));
                }
            });
        }
    }
}
