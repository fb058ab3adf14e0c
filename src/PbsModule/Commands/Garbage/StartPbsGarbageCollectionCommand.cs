using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Tasks;

namespace PbsModule.Commands;

/// <summary>Removes the chunks that no snapshot references.</summary>
[Cmdlet(VerbsLifecycle.Start, "PbsGarbageCollection", SupportsShouldProcess = true)]
[OutputType(typeof(GarbageCollectionStatus), typeof(GarbageInfo), typeof(Job))]
public sealed class StartPbsGarbageCollectionCommand : PbsGarbageCmdlet
{
    private readonly List<Func<CancellationToken, RunningTask>> _starts = [];

    /// <summary>
    /// Datastores: registered names (wildcards allowed), paths, or objects and rows of whole datastores.
    /// </summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipeline = true,
        HelpMessage = "The datastore whose garbage is collected.")]
    [DatastoreTargetTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Whether to return at once with a job that does the work.</summary>
    [Parameter]
    public SwitchParameter AsJob { get; set; }

    /// <summary>Whether to collect even while a server's daemons run, and where PBS's locks cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        GarbageQuery query = Query with { Force = Force };
        engine.Garbage.Check(store, query);
        if (!ShouldProcess(
            $"Collect the garbage of datastore {store}",
            $"Collect the garbage of datastore {store}?",
            null,
            out ShouldProcessReason reason))
        {
            if (reason == ShouldProcessReason.WhatIf) Preview(engine, store, query);
        }
        else if (AsJob)
        {
            _starts.Add(stop => engine.Garbage.Start(store, query, stop));
        }
        else
        {
            new TaskPump(this, TimeProvider.System).Run(
                engine.Garbage.Start(store, query, StopToken),
                null,
                StopToken);
        }
    }

    protected override void End()
    {
        if (_starts.Count > 0) WriteObject(TaskJob.Start(this, null, _starts));
    }

    private void Preview(PbsEngine engine, DatastoreContext store, GarbageQuery query)
    {
        using var line = new ProgressLine(this, "measure garbage", TimeProvider.System);
        WriteObject(engine.Garbage.Preview(store, query, Report, line.Show, StopToken));
    }
}
