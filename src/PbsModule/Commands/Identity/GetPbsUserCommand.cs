using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Commands;

/// <summary>Lists the users of the configuration.</summary>
[Cmdlet(VerbsCommon.Get, "PbsUser")]
[OutputType(typeof(UserInfo))]
public sealed class GetPbsUserCommand : PbsCmdlet
{
    /// <summary>Users, wildcards allowed; a token selects its user.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[]? AuthId { get; set; }

    protected override void Process()
    {
        foreach (UserInfo user in Engine.Identities.ListUsers(
            NameFilters.From(AuthId?.Select(UserOf).ToArray()),
            Report))
        {
            WriteObject(user);
        }
    }

    private static string UserOf(string text) =>
        Authid.TryParse(text, out Authid? authid, out _) ? authid.User.ToString() : text;
}
