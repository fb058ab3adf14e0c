using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Features.Jobs;

namespace PbsModule.Commands;

/// <summary>Lists the scheduled jobs of the server with their last and next run.</summary>
[Cmdlet(VerbsCommon.Get, "PbsJob")]
[OutputType(typeof(JobInfo))]
public sealed class GetPbsJobCommand : PbsTaskLookupCmdlet
{
    /// <summary>Ids of jobs, or names of datastores for their garbage collection; wildcards allowed.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Id")]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(JobCompleter))]
    public string[]? Job { get; set; }

    /// <summary>Datastores of the jobs: names (wildcards allowed), or objects of a datastore.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public DatastoreReference[]? Datastore { get; set; }

    /// <summary>Types of jobs.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("Type")]
    [ValidateNotNullOrEmpty]
    public JobType[]? JobType { get; set; }

    /// <summary>States of the last run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public JobRunState[]? State { get; set; }

    /// <summary>The time zone of schedules; the server's by default.</summary>
    [Parameter]
    [TimeZoneTransformation]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    public TimeZoneInfo? TimeZone { get; set; }

    protected override void Process()
    {
        var query = new JobQuery
        {
            Ids = NameFilters.From(Job),
            Stores = StoreNames(Datastore),
            Types = JobType ?? [],
            States = State ?? [],
            Zone = TimeZone,
        };
        foreach (JobInfo job in SessionOf(Datastore).Jobs.List(query, Report, StopToken)) WriteObject(job);
    }
}
