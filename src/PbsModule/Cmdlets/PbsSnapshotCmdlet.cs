using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that work on snapshots: selects them as groups are, by time too, or by the snapshots' identity.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsSnapshotCmdlet : PbsGroupCmdlet
{
    protected const string SnapshotSet = "Snapshot";

    /// <inheritdoc/>
    [Parameter(
        ParameterSetName = FilterSet,
        Position = 0,
        ValueFromPipeline = true,
        ValueFromPipelineByPropertyName = true)]
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

    /// <inheritdoc/>
    [Parameter(ParameterSetName = GroupSet, Mandatory = true, Position = 1, ValueFromPipeline = true,
        HelpMessage = "A group, like vm/100.")]
    [GroupTransformation(TakesSnapshots = false)]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public override GroupReference[]? Group { get; set; }

    /// <summary>Exact backup times.</summary>
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
            string name = snapshot.ToString();
            Attempt(name, () =>
            {
                using IDisposable? adopted = AdoptedParameters.From(this, ParameterSetName, snapshot.Source);
                foreach (StorePlace place in PlacesOfIdentity(snapshot.Store, snapshot.DatastoreText, name))
                {
                    PbsEngine engine = SessionFor(place.Store);
                    foreach (BackupNamespace ns in NamespacesOfIdentity(engine, place, snapshot.OwnNamespace, name))
                    {
                        SnapshotPath path = snapshot.Path with { Namespace = ns };
                        Attempt(null, () =>
                        {
                            place.Demand(ns, path.Group, path.Time);
                            Process(engine, place.Store, new SnapshotQuery { Namespace = ns, Snapshots = [path] });
                        });
                    }
                }
            });
        }
    }

    /// <summary>Whether single snapshots are named, instead of groups.</summary>
    private protected bool NamesSnapshots(SnapshotQuery selection) =>
        ParameterSetName == SnapshotSet || BackupTime is not null || selection.Snapshots.Count > 0;

    private protected override void Select(PbsEngine engine, DatastoreContext store, StorePart part)
    {
        if (part.Snapshot is not { } snapshot)
        {
            base.Select(engine, store, part);
            return;
        }

        if (BackupTime?.Any(time => time.ToUnixTimeSeconds() == snapshot.Time) == false)
        {
            throw KeyFilter.Mismatch(nameof(BackupTime), BackupTime.Select(time => DisplayText.Time(time)), part);
        }

        Process(engine, store, new SnapshotQuery { Namespace = snapshot.Namespace, Snapshots = [snapshot] });
    }

    /// <summary>
    /// Returns the snapshots of a selection: the named ones, without a check that they exist, or those listed. Problems
    /// with manifests are left to later work on the snapshot.
    /// </summary>
    private protected IEnumerable<SnapshotPath> Paths(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotQuery selection) =>
        selection.Snapshots.Count > 0
            ? selection.Snapshots
            : engine.Snapshots.List(store, selection, problem => { if (!problem.IsOfManifest)
            {
                Report(problem);
            } }, StopToken).Select(snapshot => ((ISnapshotItem)snapshot).Snapshot);

    private protected override void Select(PbsEngine engine, DatastoreContext store, SnapshotQuery query)
    {
        if (BackupTime is null)
        {
            Process(engine, store, query);
            return;
        }

        Process(engine, store, query.Groups.Count > 0
            ? query with { Groups = [], Snapshots = [.. query.Groups.SelectMany(Exactly)] }
            : query with { Times = BackupTime });

        IEnumerable<SnapshotPath> Exactly(GroupPath group) =>
            BackupTime.Select(time => new SnapshotPath(query.Namespace, group, time.ToUnixTimeSeconds()));
    }
}
