using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Prune;

namespace PbsModule.Commands;

/// <summary>Removes the snapshots that no keep option keeps, or those that a plan removes.</summary>
[Cmdlet(
    VerbsLifecycle.Invoke,
    "PbsPrune",
    DefaultParameterSetName = FilterSet,
    SupportsShouldProcess = true,
    ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(PruneResultInfo))]
public sealed class InvokePbsPruneCommand : PbsPruneCmdlet, IKeepParameters
{
    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepLast { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepHourly { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepDaily { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepWeekly { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepMonthly { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet), ValidateRange(0, int.MaxValue)]
    public int? KeepYearly { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet), Parameter(ParameterSetName = GroupSet)]
    [TimeZoneTransformation]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo? TimeZone { get; set; }

    private protected override PruneSettings Settings => this.Settings();
}
