using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Access;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Grants users and tokens roles on paths.</summary>
[Cmdlet(VerbsCommon.Set, "PbsAcl", SupportsShouldProcess = true)]
[OutputType(typeof(AclEntryInfo))]
public sealed class SetPbsAclCommand : PbsAclChangeCmdlet
{
    /// <summary>Paths like <c>/datastore/ds1</c>, or objects of a datastore.</summary>
    [Parameter(
        Mandatory = true,
        Position = 0,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "Where, like /datastore/ds1.")]
    [Alias("Path")]
    [AclPathTransformation]
    [ArgumentCompleter(typeof(AclPathCompleter))]
    public string[]? AclPath { get; set; }

    /// <summary>Users and tokens.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString, AllowNull]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    /// <summary>Roles.</summary>
    [Parameter(
        Mandatory = true,
        Position = 2,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "A role, like DatastoreAudit; Get-PbsRole lists them.")]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    /// <summary>Groups, which PBS refuses; present so that the row of a group is not taken for another entry.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, DontShow = true)]
    [Alias("Group")]
    [AllowEmptyString, AllowNull]
    public string[]? GroupName { get; set; }

    /// <summary>Whether the roles also apply to paths below; true by default.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [FlagTransformation]
    public bool? Propagate { get; set; }

    /// <summary>Whether to write the entries in their new state.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        AclChange[] changes = [.. Changes()];
        Engine.Acl.CheckChange(changes, Force);
        IEnumerable<AclChange> confirmed = changes.Where(change => ShouldProcess(
            $"{change.AuthId} on {change.Path}",
            $"Grant {change.Role} {(change.Propagate ? "there and below" : "there only")}"));
        foreach (AclEntryInfo entry in Apply([.. confirmed])) if (PassThru) WriteObject(entry);
    }

    private IEnumerable<AclChange> Changes() =>
        from path in AclPath!
        from principal in Principals()
        from role in Role!
        select new AclChange(
            PbsModule.Core.Access.Acl.AclPath.Parse(path),
            PbsModule.Core.Access.Roles.Role.Parse(role),
            principal.AuthId,
            principal.Group,
            Propagate
                ?? true);

    private IEnumerable<(Authid? AuthId, string? Group)> Principals() =>
        Texts(AuthId)
            .Select(text => ((Authid?)Authid.Parse(text), (string?)null))
            .Concat(Texts(GroupName).Select(text => ((Authid?)null, (string?)text)))
            .DefaultIfEmpty();

    private static IEnumerable<string> Texts(string[]? values) =>
        values?.Where(text => !string.IsNullOrEmpty(text)) ?? [];
}
