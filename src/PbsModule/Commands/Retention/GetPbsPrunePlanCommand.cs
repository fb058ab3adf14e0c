using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Prune;

namespace PbsModule.Commands;

/// <summary>Shows the snapshots that a prune would keep and remove, with the reasons.</summary>
[Cmdlet(VerbsCommon.Get, "PbsPrunePlan", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(PrunePlanInfo))]
public sealed class GetPbsPrunePlanCommand : PbsGroupCmdlet, IKeepParameters
{
    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepLast { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepHourly { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepDaily { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepWeekly { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepMonthly { get; set; }

    /// <inheritdoc/>
    [Parameter, ValidateRange(0, int.MaxValue)]
    public int? KeepYearly { get; set; }

    /// <inheritdoc/>
    [Parameter]
    [TimeZoneTransformation]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo? TimeZone { get; set; }

    /// <summary>A plan for a snapshot would remove others of its group.</summary>
    private protected override bool WidensToGroup => false;

    protected override void Begin()
    {
        if (!this.Settings().Keep.KeepsSomething) WriteWarning(KeepParameters.NothingKept);
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection) =>
        WriteAll(engine.Prune.Plan(store, selection, this.Settings(), Report, StopToken));
}
