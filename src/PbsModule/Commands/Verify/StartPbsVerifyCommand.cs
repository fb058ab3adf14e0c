using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Core.Administration;

namespace PbsModule.Commands;

/// <summary>Verifies snapshots, groups, namespaces and whole datastores.</summary>
[Cmdlet(VerbsLifecycle.Start, "PbsVerify", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[Alias("Invoke-PbsVerify")]
[OutputType(typeof(VerifyResult), typeof(Job))]
public sealed class StartPbsVerifyCommand : PbsVerifyCmdlet
{
    /// <summary>Leaves out what was verified before, with whatever result.</summary>
    [Parameter]
    public SwitchParameter IgnoreVerified { get; set; }

    /// <summary>With -IgnoreVerified: days after which it is verified again.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int OutdatedAfter { get; set; }

    /// <summary>Records nothing and renames no chunk.</summary>
    [Parameter]
    public SwitchParameter NoStateUpdate { get; set; }

    /// <summary>Ends at the first fault.</summary>
    [Parameter]
    public SwitchParameter FailFast { get; set; }

    /// <summary>Looks at a part of the chunks only: a share (<c>5%</c>) or bytes (<c>200GB</c>).</summary>
    [Parameter]
    [SampleTransformation]
    public VerifySample? Sample { get; set; }

    /// <summary>
    /// Begins no snapshot after this time, and those first that were not verified for the longest time:
    /// <c>01:30:00</c>, or seconds.
    /// </summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan MaxDuration { get; set; }

    /// <summary>Works as a job.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Record also where the locks of a server cannot be seen.</summary>
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

    protected override void EndProcessing() => Run(
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
