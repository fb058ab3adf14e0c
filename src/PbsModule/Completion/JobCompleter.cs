using PbsModule.Core.Features.Jobs;

namespace PbsModule.Completion;

/// <summary>Completes ids of jobs.</summary>
public sealed class JobCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) =>
        request.Engine.Jobs.List(new JobQuery(), static _ => { }, cancellation).Select(job =>
            new Candidate(job.Job, $"{job.JobType} of {job.Datastore}, {job.Schedule ?? "not scheduled"}"));
}
