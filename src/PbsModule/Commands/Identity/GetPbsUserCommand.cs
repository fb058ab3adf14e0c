using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Lists the users of the configuration.</summary>
[Cmdlet(VerbsCommon.Get, "PbsUser")]
[OutputType(typeof(UserInfo))]
public sealed class GetPbsUserCommand : PbsCmdlet
{
    /// <summary>Users, wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(UserCompleter))]
    public string[]? AuthId { get; set; }

    protected override void Process()
    {
        foreach (UserInfo user in Session.GetUsers(NameFilters.From(AuthId), Report)) WriteObject(user);
    }
}
