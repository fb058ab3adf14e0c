using PbsModule.Core.Access;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>
/// The one way into a datastore. Every entry passes here first: privileges, then maintenance mode, then the store
/// itself, so that nothing is revealed to whom it is not meant for. Only here is a <see cref="Datastore"/> opened.
/// </summary>
internal sealed partial class Gate(FolderAccess folders)
{
    /// <summary>Lets the caller in on one namespace.</summary>
    /// <exception cref="PbsArgumentException"><c>Cannot create/delete root namespace!</c></exception>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing … on /datastore/…</c></exception>
    /// <exception cref="PbsConflictException">Maintenance mode, or a backend that cannot do it.</exception>
    /// <exception cref="PbsException">The store is unknown, not there, or none.</exception>
    public Passage Enter(Entry entry, DatastoreContext store, BackupNamespace ns)
    {
        if (entry.OnParent)
        {
            ns = ns.Parent
                ?? throw new PbsArgumentException(
                    PbsErrorId.NamespaceIsRoot,
                    "Cannot create/delete root namespace!",
                    store.Text);
        }

        AccessControl? access = AccessOf(store);
        access?.DemandOnNamespace(store.Name!, ns, store.Connection.AuthId, entry.Full, entry.Limited);
        return new Passage(Open(entry, store), store, entry, access);
    }

    /// <summary>
    /// Lets the caller in where there is anything for him at or below a namespace; <see cref="Passage.On"/> tells for
    /// each.
    /// </summary>
    /// <param name="entry">What is asked for.</param>
    /// <param name="store">Where.</param>
    /// <param name="start">The namespace.</param>
    /// <param name="depth">Levels below it that are looked at; with none it is as <see cref="Enter"/>.</param>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public Passage EnterBelow(Entry entry, DatastoreContext store, BackupNamespace start, int depth)
    {
        if (depth == 0) return Enter(entry, store, start);
        AccessControl? access = AccessOf(store);
        if (access is not null
            && !access.IsAnyAllowedBelow(
                store.Connection.AuthId,
                AclPath.ForDatastore(store.Name!, start),
                entry.Full | entry.Limited))
        {
            access.DemandOnNamespace(store.Name!, start, store.Connection.AuthId, entry.Full, entry.Limited);
        }

        return new Passage(Open(entry, store), store, entry, access);
    }

    /// <summary>Lets the caller in on one group, which must be his where his privileges are limited to that.</summary>
    /// <exception cref="PbsNotFoundException">The namespace or the group is not there.</exception>
    /// <exception cref="PbsPermissionException">Also <c>backup owner check failed ({caller} !=
    /// {owner})</c>.</exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public GroupPassage EnterGroup(Entry entry, DatastoreContext store, BackupNamespace ns, GroupPath path)
    {
        return OpenGroup(Enter(entry, store, ns), ns, path);
    }

    private static GroupPassage OpenGroup(Passage passage, BackupNamespace ns, GroupPath path)
    {
        using NamespaceFolder folder = NamespaceFolder.Open(passage.Datastore, ns);
        GroupFolder group = new GroupWalk().Open(folder, path);
        try
        {
            if (passage.On(ns) == NamespaceAccess.Owned) DemandOwnership(passage, folder, group);
            return new GroupPassage(passage, group);
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Refuses a group of somebody else. A caller who would not see it in a listing gets the answer for one that is
    /// not there.
    /// </summary>
    private static void DemandOwnership(Passage passage, NamespaceFolder folder, GroupFolder group)
    {
        Authid caller = passage.Store.Connection.AuthId;
        if (group.Owner is { } own && Ownership.Owns(own, caller)) return;
        if (!passage.MayKnowOf(group)) throw GroupWalk.NotFound(folder, group.Path);
        if (group.Owner is null)
        {
            throw new PbsStorageException(PbsErrorId.OwnerUnreadable, group.OwnerError!, group.FullPath);
        }

        Ownership.Demand(group.Owner, caller);
    }

    /// <summary>Lets the caller in on the status of a store: all of it, or the counts alone.</summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed</c></exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public StatusPassage EnterStatus(DatastoreContext store)
    {
        AccessControl? access = AccessOf(store);
        if (access is null)
        {
            return new StatusPassage(
                new Passage(Open(Entries.Status, store), store, Entries.CountGroups, null),
                true,
                true);
        }

        DatastoreVisibility visibility = access.StatusVisibilityOf(store.Name!, store.Connection.AuthId);
        if (visibility == DatastoreVisibility.Hidden)
        {
            throw new PbsPermissionException(PbsErrorId.PermissionDenied, "permission check failed", store.Name);
        }

        // Who may audit the store has all groups counted, whatever he may do below.
        bool isAuditor =
            access.IsAllowed(store.Connection.AuthId, AclPath.ForDatastore(store.Name!), Entries.ActiveOperations.Full);
        var passage = new Passage(Open(Entries.Status, store), store, Entries.CountGroups, isAuditor ? null : access);
        return new StatusPassage(passage, visibility == DatastoreVisibility.Full, isAuditor);
    }

    /// <summary>Lets the caller in on worker tasks; which ones, the passage tells.</summary>
    public static TaskPassage EnterTasks(TaskEntry entry, Connection connection) =>
        new(entry, connection.AuthId, connection.Access?.Load());

    /// <summary>Why a store cannot be read now; null when it can.</summary>
    public PbsException? Probe(DatastoreContext store)
    {
        try
        {
            Open(Entries.ListNamespaces, store);
            return null;
        }
        catch (PbsException e)
        {
            return e;
        }
    }

    /// <summary>Null where no privileges are evaluated.</summary>
    public static AccessControl? AccessOf(DatastoreContext store) =>
        store.AccessControl == DatastoreAccessControl.None ? null : store.Connection.Access!.Load();

    private Datastore Open(Entry entry, DatastoreContext store)
    {
        if (store.Name is null) return Datastore.Open(store.Path, store.Path, folders);
        DatastoreEntry registered = store.Connection.Configuration!.Datastores.Find(store.Name);
        if (registered.Path != store.Path) throw MovedElsewhere(store, registered);
        registered.Demand(entry.Operation);
        if (registered.IsS3 && !entry.OnS3)
        {
            throw new PbsConflictException(PbsErrorId.DatastoreBackendUnsupported,
                $"datastore '{store.Name}' keeps its content in an S3 bucket: it can be listed here, nothing else",
                store.Name);
        }

        return Datastore.Open(registered.Path, store.Name, folders);
    }

    // An object that was obtained before the configuration changed is not the object of another folder.
    private static PbsConflictException MovedElsewhere(DatastoreContext store, DatastoreEntry registered) =>
        new(PbsErrorId.DatastoreMismatch,
            $"datastore '{store.Name}' was at \"{store.Path}\" and is at \"{registered.Path}\" by now", store.Name)
        {
            RecommendedAction = "Get the objects again, and look whether they are those that are meant.",
        };
}

/// <summary>Who was let in where.</summary>
internal sealed class Passage(Datastore datastore, DatastoreContext store, Entry entry, AccessControl? access)
{
    public Datastore Datastore { get; } = datastore;

    public DatastoreContext Store { get; } = store;

    /// <summary>What the caller may touch of a namespace; null for nothing.</summary>
    public NamespaceAccess? On(BackupNamespace ns)
    {
        if (access is null) return NamespaceAccess.Full;
        Privileges held = access.Lookup(Store.Connection.AuthId, AclPath.ForDatastore(Store.Name!, ns)).Granted;
        if (entry.OnVisible && (held & AccessControl.NamespaceVisible) == Privileges.None) return null;
        return (held & entry.Full) != Privileges.None ? NamespaceAccess.Full
            : (held & entry.Limited) != Privileges.None ? NamespaceAccess.Owned
            : null;
    }

    /// <summary>
    /// Whether the caller may know of a group: it is one of his own, he may do what is asked for to every group of its
    /// namespace, or the caller may look at them all.
    /// </summary>
    public bool MayKnowOf(GroupFolder group)
    {
        if (access is null || On(group.Namespace) == NamespaceAccess.Full) return true;
        Authid caller = Store.Connection.AuthId;
        if (group.Owner is { } owner && Ownership.Owns(owner, caller)) return true;
        AclPath path = AclPath.ForDatastore(Store.Name!, group.Namespace);
        return (access.Lookup(caller, path).Granted & Entries.ListFiles.Full) != Privileges.None;
    }

    /// <summary>Whether the caller may know of a namespace.</summary>
    public bool IsVisible(BackupNamespace ns) =>
        access is null || access.IsNamespaceVisible(Store.Name!, ns, Store.Connection.AuthId);

    /// <summary>
    /// Whether the caller is told of something that went wrong in a namespace: always of what may be missing from his
    /// listing; of names that are nobody's only where he sees everything.
    /// </summary>
    /// <param name="problem">What went wrong.</param>
    /// <param name="place">The namespace it lies in.</param>
    public bool IsTold(ListingProblem problem, BackupNamespace place) =>
        problem.Kind == ListingProblemKind.Error || On(place) == NamespaceAccess.Full;

    /// <summary>Whether a group is for the caller.</summary>
    public bool Admits(NamespaceAccess granted, Authid? owner) =>
        granted == NamespaceAccess.Full || (owner is not null && Ownership.Owns(owner, Store.Connection.AuthId));
}

/// <summary>Who was let in on one group.</summary>
internal sealed class GroupPassage(Passage passage, GroupFolder group) : IDisposable
{
    public DatastoreContext Store => passage.Store;

    public GroupFolder Group { get; } = group;

    public GroupIdentity Identity { get; } = new(passage.Store, group.Namespace, group.Path);

    public void Dispose() => Group.Dispose();
}

/// <summary>Who was let in on the status of a store.</summary>
/// <param name="Passage">To the groups that are counted for the caller.</param>
/// <param name="ShowsSizes">Whether sizes and the last garbage collection are for him.</param>
/// <param name="ShowsOperations">Whether active operations are for him.</param>
internal sealed record StatusPassage(Passage Passage, bool ShowsSizes, bool ShowsOperations);
