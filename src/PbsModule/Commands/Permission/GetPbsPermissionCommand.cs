using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Shows the privileges of users and tokens on paths, each with its source.</summary>
[Cmdlet(VerbsCommon.Get, "PbsPermission")]
[OutputType(typeof(PermissionInfo))]
public sealed class GetPbsPermissionCommand : PbsCmdlet
{
    /// <summary>Users and tokens, wildcards allowed; the acting identity by default.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    /// <summary>
    /// Paths (<c>/datastore/ds1</c>), wildcards allowed; or objects of a datastore. All paths that entries name by
    /// default.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Path")]
    [AclPathTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(AclPathCompleter))]
    public string[]? AclPath { get; set; }

    protected override void Process()
    {
        foreach (Authid? who in Identities())
        {
            foreach (NameFilter? where in NameFilters.From(AclPath).DefaultIfEmpty())
            {
                Attempt(who?.ToString(), () => Write(who, where));
            }
        }
    }

    private void Write(Authid? who, NameFilter? where)
    {
        AclPath? path = where is { IsLiteral: true } ? PbsModule.Core.Access.Acl.AclPath.Parse(where.Text) : null;
        foreach (PermissionInfo permission in Engine.Permissions.List(who, path, Report))
        {
            if (path is not null || where is null || where.Matches(permission.AclPath)) WriteObject(permission);
        }
    }

    private IEnumerable<Authid?> Identities()
    {
        if (AuthId is null) return [null];
        IEnumerable<string> texts = NameFilters.From(AuthId).SelectMany(filter =>
            filter.IsLiteral ? [filter.Text] : Engine.Identities.List(filter));
        return texts.Distinct(StringComparer.Ordinal).Select(Authid.Parse);
    }
}
