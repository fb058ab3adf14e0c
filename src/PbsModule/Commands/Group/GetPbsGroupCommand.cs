using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;

namespace PbsModule.Commands;

/// <summary>Lists backup groups, each with the backups of one guest or host.</summary>
[Cmdlet(VerbsCommon.Get, "PbsGroup", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(GroupInfo))]
public sealed class GetPbsGroupCommand : PbsGroupCmdlet
{
    /// <summary>Owners, wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(OwnerCompleter))]
    public string[]? Owner { get; set; }

    /// <summary>First lines of the notes; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    public string[]? Comment { get; set; }

    /// <summary>
    /// Whether to include groups that PBS hides: empty groups, and groups whose owner file is missing or damaged.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection) =>
        WriteAll(engine.Groups.List(
            store,
            selection with { Owners = NameFilters.From(Owner), Comments = NameFilters.From(Comment), Force = Force },
            Report,
            StopToken));
}
