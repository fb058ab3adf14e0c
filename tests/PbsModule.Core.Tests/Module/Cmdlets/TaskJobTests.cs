using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>What a job writes reads as what its cmdlet would have written.</summary>
public sealed class TaskJobTests
{
    [Fact]
    public void Advice_in_errors_names_no_parameter_that_the_cmdlet_does_not_have()
    {
        using var runspace = new ModuleRunspace();
        runspace.Run($"Import-Module '{typeof(StartPbsFailingJobCommand).Assembly.Location}' -Cmdlet Start-PbsFailingJob");
        PSObject job = Assert.Single(runspace.Run("$job = Start-PbsFailingJob -Mine | Wait-Job; $job"));
        ErrorRecord error = Assert.Single(((Job)job.BaseObject).Error);
        Assert.Equal("Use -Mine.", error.ErrorDetails.RecommendedAction);
    }
}

/// <summary>Starts a job whose only task cannot start, with advice about a parameter of its own and a foreign one.</summary>
[Cmdlet(VerbsLifecycle.Start, "PbsFailingJob")]
public sealed class StartPbsFailingJobCommand : PSCmdlet
{
    [Parameter]
    public SwitchParameter Mine { get; set; }

    protected override void ProcessRecord() => WriteObject(TaskJob.Start(this, null, [static _ => throw Failure()]));

    private static PbsArgumentException Failure() =>
        new(PbsErrorId.PathInvalid, "there is nothing to do")
        {
            RecommendedAction = "Use -Mine, or use -Foreign.",
        };
}
