using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Access;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Removes roles from users and tokens.</summary>
[Cmdlet(VerbsCommon.Remove, "PbsAcl", SupportsShouldProcess = true, DefaultParameterSetName = FilterSet)]
[OutputType(typeof(AclEntryInfo))]
public sealed class RemovePbsAclCommand : PbsAclChangeCmdlet
{
    private const string FilterSet = "Filter";
    private const string EntrySet = "Entry";

    /// <summary>Entries: objects or rows from Get-PbsAcl, or lines of acl.cfg.</summary>
    [Parameter(
        ParameterSetName = EntrySet,
        Mandatory = true,
        ValueFromPipeline = true,
        HelpMessage = "An entry, as Get-PbsAcl writes it.")]
    [AclEntryTransformation]
    public AclEntryReference[]? Entry { get; set; }

    /// <summary>Paths, wildcards allowed.</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        Mandatory = true,
        Position = 0,
        HelpMessage = "Where, like /datastore/ds1; '*' for everywhere.")]
    [Alias("Path")]
    [AclPathTransformation, SupportsWildcards]
    [ArgumentCompleter(typeof(AclPathCompleter))]
    public string[]? AclPath { get; set; }

    /// <summary>Users and tokens, wildcards allowed.</summary>
    [Parameter(
        ParameterSetName = FilterSet,
        Mandatory = true,
        Position = 1,
        HelpMessage = "Whose entries; '*' for everybody's.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    /// <summary>Roles, wildcards allowed; all by default.</summary>
    [Parameter(ParameterSetName = FilterSet, Position = 2)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(RoleCompleter))]
    public string[]? Role { get; set; }

    /// <summary>Whether to write the removed entries.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        AclEntryInfo[] found =
            ParameterSetName == EntrySet ? [.. Entry!.SelectMany(One)] : [.. Find(AclPath, AuthId, Role)];
        List<AclEntryInfo> confirmed = [];
        foreach (AclEntryInfo entry in found)
        {
            if (!Attempt(entry, () => Engine.Acl.CheckChange([Removal(entry)], Force))) continue;
            if (ShouldProcess($"{entry.AuthId} on {entry.AclPath}", $"Take {entry.Role} away")) confirmed.Add(entry);
        }

        Apply([.. confirmed.Select(Removal)]);
        if (PassThru) WriteObject(confirmed, enumerateCollection: true);
    }

    private IEnumerable<AclEntryInfo> Find(string[]? paths, string[]? authIds, string[]? roles) =>
        Engine.Acl.GetRemovable(
            new AclQuery
            {
                Paths = NameFilters.From(paths),
                AuthIds = NameFilters.From(authIds),
                Roles = NameFilters.From(roles),
            },
            Report);

    private IEnumerable<AclEntryInfo> One(AclEntryReference entry) => Engine.Acl.FindRemovable(entry.Change, Report);

    private static AclChange Removal(AclEntryInfo entry) => new(
        PbsModule.Core.Access.Acl.AclPath.Parse(entry.AclPath),
        PbsModule.Core.Access.Roles.Role.Parse(entry.Role),
        entry.AuthId is null ? null : Authid.Parse(entry.AuthId),
        entry.Group,
        Delete: true);
}
