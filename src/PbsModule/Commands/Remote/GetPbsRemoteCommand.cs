using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Jobs;

namespace PbsModule.Commands;

/// <summary>Lists the remotes of the server, without their secrets.</summary>
[Cmdlet(VerbsCommon.Get, "PbsRemote")]
[OutputType(typeof(RemoteInfo))]
public sealed class GetPbsRemoteCommand : PbsCmdlet
{
    /// <summary>Names of remotes; wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(RemoteCompleter))]
    public string[]? Remote { get; set; }

    protected override void Process()
    {
        foreach (RemoteInfo remote in Engine.Remotes.List(NameFilters.From(Remote), Report)) WriteObject(remote);
    }
}
