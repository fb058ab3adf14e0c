using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Acl;

namespace PbsModule.Commands;

/// <summary>Lists the tokens of users.</summary>
[Cmdlet(VerbsCommon.Get, "PbsToken")]
[OutputType(typeof(TokenInfo))]
public sealed class GetPbsTokenCommand : PbsCmdlet
{
    /// <summary>Tokens, or users for all their tokens; wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(AuthIdCompleter))]
    public string[]? AuthId { get; set; }

    protected override void Process()
    {
        foreach (TokenInfo token in Engine.Identities.ListTokens(NameFilters.From(AuthId), Report)) WriteObject(token);
    }
}
