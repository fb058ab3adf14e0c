using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Gate;

/// <summary>The connection of an engine, and everything else that its services share.</summary>
internal sealed class ServiceScope(Connection connection, EngineOptions engine)
{
    public Connection Connection { get; } = connection;

    public EngineOptions Engine { get; } = engine;

    public DatastoreGate Gate { get; } = new(engine.Folders);

    /// <summary>The task lists of the connection, or those that a test chose.</summary>
    public TaskFolder Tasks { get; } = engine.Tasks ?? connection.Tasks;

    /// <summary>
    /// Receives each manifest that is lost or damaged, and why, while files or archives of its snapshot are read.
    /// Reading then goes on without the manifest, with what the files prove by themselves. Null, the default, refuses
    /// to read such a snapshot.
    /// </summary>
    public Action<SnapshotPath, PbsException>? OnLostManifest { get; set; }

    /// <summary>
    /// Receives, on the calling thread, each snapshot that is read without its whole lock because this account, file
    /// system or machine cannot take it. Null reports it to nobody.
    /// </summary>
    public Action<ListingProblem>? OnUnlocked { get; set; }

    /// <summary>Enters a snapshot, and locks it for reading.</summary>
    public SnapshotGrant EnterSnapshot(Entry entry, DatastoreContext store, SnapshotPath snapshot)
    {
        SnapshotGrant grant = Gate.EnterSnapshot(entry, store, snapshot, Engine.Mutations, OnUnlocked);
        ISnapshotContent content = Engine.Contents(grant.TakeContent());
        return new SnapshotGrant(grant.Identity, content, () => Connection.Keys?.For(content));
    }
}
