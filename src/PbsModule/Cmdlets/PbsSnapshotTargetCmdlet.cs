using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that change or remove snapshots, one after another.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsSnapshotTargetCmdlet : PbsTargetCmdlet
{
    /// <summary>
    /// Snapshots: objects, identity texts (<c>vm/100/2024-05-01T10:00:00Z</c>, <c>ns/a/vm/100/…</c>), or rows of
    /// snapshots.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [SnapshotTargetTransformation]
    [ArgumentCompleter(typeof(SnapshotTargetCompleter))]
    public SnapshotReference[]? Snapshot { get; set; }

    /// <summary>The namespace for texts without one.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    protected sealed override void Process()
    {
        foreach (SnapshotReference target in Targets(
            Snapshot,
            new SnapshotTargetTransformationAttribute(),
            PbsErrorId.SnapshotRequired,
            nameof(Snapshot)))
        {
            StopToken.ThrowIfCancellationRequested();
            string name = target.ToString();
            Attempt(name, () =>
            {
                foreach ((PbsEngine engine, StorePlace place) in Places(target))
                {
                    foreach (BackupNamespace ns in NamespacesOf(place, Namespace, target.OwnNamespace, name))
                    {
                        SnapshotPath snapshot = target.Path with { Namespace = ns };
                        Attempt(name, () =>
                        {
                            place.Demand(ns, snapshot.Group, snapshot.Time);
                            Process(engine, place.Store, snapshot, target);
                        });
                    }
                }
            });
        }
    }

    /// <summary>Processes one snapshot.</summary>
    /// <param name="engine">A session through the store's connection.</param>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="target">The object, row or text that named it.</param>
    private protected abstract void Process(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        SnapshotReference target);
}
