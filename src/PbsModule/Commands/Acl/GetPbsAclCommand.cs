using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Acl;

namespace PbsModule.Commands;

/// <summary>Lists ACL entries: the roles of users, tokens and groups on paths.</summary>
[Cmdlet(VerbsCommon.Get, "PbsAcl")]
[OutputType(typeof(AclEntryInfo))]
public sealed class GetPbsAclCommand : PbsCmdlet
{
    /// <summary>Paths (<c>/datastore/ds1</c>), wildcards allowed; or objects of a datastore.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AclPathTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(AclPathCompleter))]
    public string[]? AclPath { get; set; }

    /// <summary>Users and tokens, and groups with a leading '@'; wildcards allowed.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    /// <summary>
    /// Groups, wildcards allowed; the same as -AuthId with a leading '@'. Entries of groups bind to it.
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Group")]
    [SupportsWildcards]
    [AllowEmptyString, AllowNull]
    public string[]? GroupName { get; set; }

    /// <summary>Roles, wildcards allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    /// <summary>Whether to include entries below the paths.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Number of levels below.</summary>
    [Parameter]
    [ValidateRange(0, 64)]
    public int Depth { get; set; }

    protected override void Process()
    {
        AclQuery query = new()
        {
            Paths = NameFilters.From(AclPath),
            AuthIds = NameFilters.From([.. Texts(AuthId), .. Texts(GroupName).Select(group => "@" + group)]),
            Roles = NameFilters.From(Role),
            Recurse = Recurse,
            Depth = Given(nameof(Depth)) ? Depth : null,
        };
        foreach (AclEntryInfo entry in Engine.Acl.List(query, Report)) WriteObject(entry);
    }

    // The row of a group has an empty cell for the user, and vice versa.
    private static IEnumerable<string> Texts(string[]? values) =>
        values?.Where(text => !string.IsNullOrEmpty(text)) ?? [];
}
