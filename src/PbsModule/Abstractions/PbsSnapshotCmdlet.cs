using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on snapshots: as for groups, with a time among the keys, or by the snapshots' own identity.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsSnapshotCmdlet : PbsGroupCmdlet
{
    protected const string SnapshotSet = "Snapshot";

    /// <inheritdoc/>
    [Parameter(ParameterSetName = FilterSet, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 0, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = SnapshotSet, Position = 0, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    /// <summary>Snapshots by identity text (<c>vm/100/2024-05-01T10:00:00Z</c>) or object.</summary>
    [Parameter(ParameterSetName = SnapshotSet, Mandatory = true, Position = 1,
        ValueFromPipeline = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A snapshot, like vm/100/2024-05-01T10:00:00Z.")]
    [SnapshotTransformation]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotReference[]? Snapshot { get; set; }

    /// <summary>Exactly these times.</summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [TimeTransformation(WholeSeconds = true)]
    [ArgumentCompleter(typeof(BackupTimeCompleter))]
    public DateTimeOffset[]? BackupTime { get; set; }

    protected override void Process()
    {
        if (ParameterSetName != SnapshotSet)
        {
            base.Process();
            return;
        }

        foreach (SnapshotReference snapshot in Snapshot!)
        {
            Attempt(snapshot.ToString(), () =>
            {
                foreach (DatastoreContext store in StoresOfIdentity(snapshot.Store))
                {
                    PbsSession session = SessionFor(store);
                    foreach (BackupNamespace ns in NamespacesOfIdentity(snapshot.HasNamespace, snapshot.Path.Namespace, session, store))
                    {
                        SnapshotQuery query = new() { Namespace = ns, Snapshots = [snapshot.Path with { Namespace = ns }] };
                        Attempt(null, () => Process(session, store, query));
                    }
                }
            });
        }
    }

    /// <summary>
    /// The snapshots of a selection: those it names, without a look whether they are there, else those it lists. What is wrong with a manifest is
    /// told by what is done with the snapshot.
    /// </summary>
    private protected IEnumerable<SnapshotPath> Paths(PbsSession session, DatastoreContext store, SnapshotQuery selection) =>
        selection.Snapshots.Count > 0
            ? selection.Snapshots
            : session.GetSnapshots(store, selection, problem => { if (!problem.IsOfManifest) Report(problem); }, StopToken).Select(snapshot => ((ISnapshotItem)snapshot).Snapshot);

    private protected override void Select(PbsSession session, DatastoreContext store, SnapshotQuery query)
    {
        if (BackupTime is null)
        {
            Process(session, store, query);
            return;
        }

        Process(session, store, query.Groups.Count > 0
            ? query with { Groups = [], Snapshots = [.. query.Groups.SelectMany(Exactly)] }
            : query with { Times = BackupTime });

        IEnumerable<SnapshotPath> Exactly(GroupPath group) =>
            BackupTime.Select(time => new SnapshotPath(query.Namespace, group, time.ToUnixTimeSeconds()));
    }
}
