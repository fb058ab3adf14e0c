using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Core.Features.Verify;

namespace PbsModule.Commands;

/// <summary>Verifies snapshots, groups, namespaces and whole datastores.</summary>
[Cmdlet(VerbsLifecycle.Start, "PbsVerify", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[Alias("Invoke-PbsVerify")]
[OutputType(typeof(VerifyResult), typeof(Job))]
public sealed class StartPbsVerifyCommand : PbsVerifyCmdlet
{
    /// <summary>Whether to skip snapshots that were verified before, whatever the result.</summary>
    [Parameter]
    public SwitchParameter IgnoreVerified { get; set; }

    /// <summary>With -IgnoreVerified: number of days after which a snapshot is verified again.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int OutdatedAfter { get; set; }

    /// <summary>Whether to record nothing and rename no chunk.</summary>
    [Parameter]
    public SwitchParameter NoStateUpdate { get; set; }

    /// <summary>Whether to stop at the first failure.</summary>
    [Parameter]
    public SwitchParameter FailFast { get; set; }

    /// <summary>Checks only a sample of the chunks: a share (<c>5%</c>) or bytes (<c>200GB</c>).</summary>
    [Parameter]
    [SampleTransformation]
    public VerifySample? Sample { get; set; }

    /// <summary>
    /// Starts no snapshot after this time, and takes those not verified for the longest time first: <c>01:30:00</c>, or
    /// seconds.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan MaxDuration { get; set; }

    /// <summary>Whether to run as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Whether to record states even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Begin()
    {
        base.Begin();
        if (Given(nameof(OutdatedAfter)) && !IgnoreVerified)
        {
            WriteWarning("-OutdatedAfter means nothing without -IgnoreVerified: everything is verified");
        }
    }

    protected override void End() => Run(
        new VerifyQuery
        {
            IgnoreVerified = IgnoreVerified,
            OutdatedAfter = Given(nameof(OutdatedAfter)) ? OutdatedAfter : null,
            NoStateUpdate = NoStateUpdate,
            FailFast = FailFast,
            Sample = Sample,
            MaxDuration = Given(nameof(MaxDuration)) ? MaxDuration : null,
            Force = Force,
            ShowsProgress = true,
        },
        AsJob);
}
