using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Acl;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Compare;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Garbage;
using PbsModule.Core.Features.Jobs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Metrics;
using PbsModule.Core.Features.Namespaces;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Features.Owners;
using PbsModule.Core.Features.Protection;
using PbsModule.Core.Features.Prune;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Features.Report;
using PbsModule.Core.Features.Space;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Features.WorkerTasks;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;

namespace PbsModule.Core.Features;

/// <summary>
/// The services of the engine for one connection. They hold nothing but the connection and how the engine works; the
/// objects they return lead back to their store by themselves. Sequences are lazy: problems are reported on the thread
/// that enumerates, inside MoveNext, and ending the enumeration early stops all work behind it.
/// </summary>
public sealed class PbsEngine
{
    private readonly ServiceScope _scope;

    public PbsEngine(Connection connection)
        : this(connection, new EngineOptions())
    {
    }

    internal PbsEngine(Connection connection, EngineOptions options) => _scope = new ServiceScope(connection, options);

    public Connection Connection => _scope.Connection;

    /// <summary>Lists and changes entries of the access control list.</summary>
    public AclService Acl => new(_scope);

    /// <summary>Finds, opens and saves single entries of archives.</summary>
    public ArchiveItemService ArchiveItems => new(_scope);

    /// <summary>Lists the entries of archives.</summary>
    public ArchiveService Archives => new(_scope);

    /// <summary>Adds the client's log to a snapshot.</summary>
    public BackupLogService BackupLogs => new(_scope);

    /// <summary>Lists catalogs and searches them for files.</summary>
    public CatalogService Catalogs => new(_scope);

    /// <summary>Finds the snapshots that refer to chunks.</summary>
    public ChunkReferenceService ChunkReferences => new(_scope);

    /// <summary>Compares snapshots.</summary>
    public ComparisonService Comparison => new(_scope);

    /// <summary>Reads, saves and checks the files of snapshots.</summary>
    public ContentService Content => new(_scope);

    /// <summary>Lists the registered datastores that the caller may know of.</summary>
    public DatastoreService Datastores => new(_scope);

    /// <summary>Restores the trees in archives.</summary>
    public ExpansionService Expansion => new(_scope);

    /// <summary>Lists the files of snapshots.</summary>
    public SnapshotFileService Files => new(_scope);

    /// <summary>Finds datastores below a folder.</summary>
    public DatastoreFinder Finder => new(_scope);

    /// <summary>Collects garbage and measures it.</summary>
    public GarbageService Garbage => new(_scope);

    /// <summary>Lists backup groups.</summary>
    public GroupService Groups => new(_scope);

    /// <summary>Lists users, tokens, roles and privileges.</summary>
    public IdentityService Identities => new(_scope);

    /// <summary>Lists scheduled jobs.</summary>
    public JobService Jobs => new(_scope);

    /// <summary>Reads a datastore's metrics and forecasts its usage.</summary>
    public MetricService Metrics => new(_scope);

    /// <summary>Creates and removes namespaces.</summary>
    public NamespaceChangeService NamespaceChanges => new(_scope);

    /// <summary>Lists namespaces.</summary>
    public NamespaceService Namespaces => new(_scope);

    /// <summary>Reads and changes the notes of groups and snapshots.</summary>
    public NoteService Notes => new(_scope);

    /// <summary>Keeps output files out of datastores.</summary>
    public OutputService Output => new(_scope);

    /// <summary>Changes the owner of groups.</summary>
    public OwnerService Owner => new(_scope);

    /// <summary>Evaluates and explains effective privileges.</summary>
    public PermissionService Permissions => new(_scope);

    /// <summary>Protects snapshots from removal.</summary>
    public ProtectionService Protection => new(_scope);

    /// <summary>Plans and carries out prunes.</summary>
    public PruneService Prune => new(_scope);

    /// <summary>Lists the remotes of synchronization jobs.</summary>
    public RemoteService Remotes => new(_scope);

    /// <summary>Removes snapshots and groups.</summary>
    public RemovalService Removal => new(_scope);

    /// <summary>Collects the data of a datastore report.</summary>
    public ReportService Report => new(_scope);

    /// <summary>Resolves names and paths to datastores.</summary>
    public DatastoreResolver Resolver => new(_scope);

    /// <summary>Lists snapshots.</summary>
    public SnapshotService Snapshots => new(_scope);

    /// <summary>Measures the space that datastores, groups and snapshots use.</summary>
    public SpaceService Space => new(_scope);

    /// <summary>Shows the status of datastores.</summary>
    public StatusService Status => new(_scope);

    /// <summary>Reads task logs.</summary>
    public TaskLogService TaskLogs => new(_scope);

    /// <summary>Lists, awaits and stops tasks.</summary>
    public TaskService Tasks => new(_scope);

    /// <summary>Verifies snapshots.</summary>
    public VerifyService Verify => new(_scope);

    /// <inheritdoc cref="ServiceScope.OnLostManifest"/>
    internal Action<SnapshotPath, PbsException>? OnLostManifest
    {
        get => _scope.OnLostManifest;
        init => _scope.OnLostManifest = value;
    }

    /// <inheritdoc cref="ServiceScope.OnUnlocked"/>
    internal Action<ListingProblem>? OnUnlocked
    {
        get => _scope.OnUnlocked;
        init => _scope.OnUnlocked = value;
    }
}
