using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Gate;

/// <summary>
/// The only entry point into a datastore. Every call is checked here first: privileges, then maintenance mode, then the
/// store itself, so that nothing is revealed to callers who may not see it. Only the gate opens a
/// <see cref="Datastore"/>.
/// </summary>
internal sealed class DatastoreGate(FolderAccess folders)
{
    /// <summary>Grants access to one namespace.</summary>
    /// <exception cref="PbsArgumentException"><c>Cannot create/delete root namespace!</c></exception>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing … on /datastore/…</c></exception>
    /// <exception cref="PbsConflictException">
    /// The store is in maintenance mode, or it is the cache of a bucket, and the operation needs the bucket.
    /// </exception>
    /// <exception cref="PbsException">
    /// The store is unknown or unavailable, or its folder is not a datastore.
    /// </exception>
    public AccessGrant Enter(Entry entry, DatastoreContext store, BackupNamespace ns)
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
        return new AccessGrant(Open(entry, store), store, entry, access);
    }

    /// <summary>
    /// Grants access if the caller has any rights at or below a namespace; <see cref="AccessGrant.On"/> returns the
    /// access to each.
    /// </summary>
    /// <param name="entry">The requested operation.</param>
    /// <param name="store">The store.</param>
    /// <param name="start">The first namespace.</param>
    /// <param name="depth">Levels below it to include; with 0 it is the same as <see cref="Enter"/>.</param>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public AccessGrant EnterBelow(Entry entry, DatastoreContext store, BackupNamespace start, int depth)
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

        return new AccessGrant(Open(entry, store), store, entry, access);
    }

    /// <summary>
    /// Grants access to one group. The caller must own it if its privileges are limited to its own groups.
    /// </summary>
    /// <exception cref="PbsNotFoundException">The namespace or the group does not exist.</exception>
    /// <exception cref="PbsPermissionException">
    /// As for <see cref="Enter"/>; or <c>backup owner check failed ({caller} != {owner})</c>.
    /// </exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public GroupGrant EnterGroup(Entry entry, DatastoreContext store, BackupNamespace ns, GroupPath path)
    {
        return OpenGroup(Enter(entry, store, ns), ns, path);
    }

    internal static GroupGrant OpenGroup(AccessGrant grant, BackupNamespace ns, GroupPath path)
    {
        using NamespaceFolder folder = NamespaceFolder.Open(grant.Datastore, ns);
        GroupFolder group = new GroupWalk().Open(folder, path);
        try
        {
            if (grant.On(ns) == NamespaceAccess.Owned) DemandOwnership(grant, folder, group);
            return new GroupGrant(grant, group);
        }
        catch
        {
            group.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Refuses a group of another owner. Callers who would not see it in a listing get the same answer as for a group
    /// that does not exist.
    /// </summary>
    private static void DemandOwnership(AccessGrant grant, NamespaceFolder folder, GroupFolder group)
    {
        Authid caller = grant.Store.Connection.AuthId;
        if (group.Owner is { } own && Ownership.Owns(own, caller)) return;
        if (!grant.MayKnowOf(group)) throw GroupWalk.NotFound(folder, group.Path);
        if (group.Owner is null)
        {
            throw new PbsStorageException(PbsErrorId.OwnerUnreadable, group.OwnerError!, group.FullPath);
        }

        Ownership.Demand(group.Owner, caller, grant.InsteadOfOwnership);
    }

    /// <summary>
    /// Grants access to those groups of a namespace and the namespaces below that the caller may prune;
    /// <see cref="AccessGrant.On"/> returns the access to each.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>missing permissions 'Datastore.Modify|Datastore.Prune' on
    /// '/datastore/…'</c></exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public AccessGrant EnterPrune(DatastoreContext store, BackupNamespace start)
    {
        Entry entry = Entries.PruneDatastore;
        AccessControl? access = AccessOf(store);
        access?.Demand(
            store.Connection.AuthId,
            AclPath.ForDatastore(store.Name!, start),
            entry.Full | entry.Limited,
            partial: true);
        return new AccessGrant(Open(entry, store), store, entry, access);
    }

    /// <summary>Grants access to the status of a store: all of it, or only the counts.</summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed</c></exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public StatusGrant EnterStatus(DatastoreContext store)
    {
        AccessControl? access = AccessOf(store);
        if (access is null)
        {
            return new StatusGrant(
                new AccessGrant(Open(Entries.Status, store), store, Entries.CountGroups, null),
                true,
                true);
        }

        DatastoreVisibility visibility = access.StatusVisibilityOf(store.Name!, store.Connection.AuthId);
        if (visibility == DatastoreVisibility.Hidden)
        {
            throw new PbsPermissionException(PbsErrorId.PermissionDenied, "permission check failed", store.Name);
        }

        // A caller who may audit the store gets all groups counted, whatever its rights below.
        bool isAuditor =
            access.IsAllowed(store.Connection.AuthId, AclPath.ForDatastore(store.Name!), Entries.ActiveOperations.Full);
        var grant = new AccessGrant(Open(Entries.Status, store), store, Entries.CountGroups, isAuditor ? null : access);
        return new StatusGrant(grant, visibility == DatastoreVisibility.Full, isAuditor);
    }

    /// <summary>Grants access to worker tasks; the grant decides for each task.</summary>
    public static TaskGrant EnterTasks(TaskEntry entry, Connection connection) =>
        new(entry, connection.AuthId, connection.Access?.Load());

    /// <summary>Returns the reason why a store cannot be read now; null if it can.</summary>
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

    /// <summary>Returns the store's access control; null if no privileges are evaluated.</summary>
    public static AccessControl? AccessOf(DatastoreContext store) =>
        store.AccessControl == DatastoreAccessControl.None ? null : store.Connection.Access!.Load();

    private Datastore Open(Entry entry, DatastoreContext store)
    {
        if (store.Name is null)
        {
            return Usable(
                entry,
                store,
                Datastore.Open(store.Path, store.Path, folders, isS3Cache: null, store.S3Cache));
        }

        DatastoreEntry registered = store.Connection.Configuration!.Datastores.Find(store.Name);
        if (registered.Path != store.Path) throw MovedElsewhere(store, registered);
        registered.Demand(entry.Operation);
        return Usable(entry, store, Datastore.Open(registered.Path, store.Name, folders, registered.IsS3));
    }

    /// <summary>
    /// Refuses to change, verify or measure the local cache of an S3 bucket, forced or not: the server alone knows what
    /// of its content is only in the bucket.
    /// </summary>
    private static Datastore Usable(Entry entry, DatastoreContext store, Datastore datastore)
    {
        if (entry.OnS3 || !datastore.IsS3Cache) return datastore;
        string what = store.Name is null ? PathText.Quote(store.Path) : $"datastore '{store.Name}'";
        throw new PbsConflictException(
            PbsErrorId.DatastoreBackendUnsupported,
            $"{what} is the local cache of an S3 bucket, which has the content: it can only be listed and read here",
            store.Text)
        {
            RecommendedAction =
                "Let the server do it. -Force does not help, because a change of the cache alone would lose data."
                    + (store.Name is not null ? "" : " A datastore that looks like a cache because many of its chunk "
                        + "files are empty is damaged: connect to a configuration that names it without a backend."),
        };
    }

    // An object from before a configuration change must not refer to another folder.
    private static PbsConflictException MovedElsewhere(DatastoreContext store, DatastoreEntry registered) =>
        new(PbsErrorId.DatastoreMismatch,
            $"datastore '{store.Name}' was at \"{store.Path}\" and is at \"{registered.Path}\" by now", store.Name)
        {
            RecommendedAction = "Get the objects again, and look whether they are those that are meant.",
        };
}

/// <summary>A caller's grant for a datastore.</summary>
internal sealed class AccessGrant(Datastore datastore, DatastoreContext store, Entry entry, AccessControl? access)
{
    public Datastore Datastore { get; } = datastore;

    public DatastoreContext Store { get; } = store;

    /// <summary>Privileges of which each grants access to the groups of other owners too.</summary>
    public Privileges InsteadOfOwnership => entry.Full;

    /// <summary>Returns the caller's access to a namespace; null for none.</summary>
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
    /// Whether the caller may know that a group exists: the caller owns it, has the requested right on all groups of
    /// its namespace, or may list them all.
    /// </summary>
    public bool MayKnowOf(GroupFolder group)
    {
        if (access is null || On(group.Namespace) == NamespaceAccess.Full) return true;
        Authid caller = Store.Connection.AuthId;
        if (group.Owner is { } owner && Ownership.Owns(owner, caller)) return true;
        AclPath path = AclPath.ForDatastore(Store.Name!, group.Namespace);
        return (access.Lookup(caller, path).Granted & Entries.ListFiles.Full) != Privileges.None;
    }

    /// <summary>Whether the caller may know that a namespace exists.</summary>
    public bool IsVisible(BackupNamespace ns) =>
        access is null || access.IsNamespaceVisible(Store.Name!, ns, Store.Connection.AuthId);

    /// <summary>
    /// Whether a problem in a namespace is reported to the caller: always if data may be missing from the listing; for
    /// foreign names only if the caller sees everything.
    /// </summary>
    /// <param name="problem">The problem.</param>
    /// <param name="place">The namespace in which it occurred.</param>
    public bool IsTold(ListingProblem problem, BackupNamespace place) =>
        problem.Kind == ListingProblemKind.Error || On(place) == NamespaceAccess.Full;

    /// <summary>Whether the grant includes a group.</summary>
    public bool Admits(NamespaceAccess granted, Authid? owner) =>
        granted == NamespaceAccess.Full || (owner is not null && Ownership.Owns(owner, Store.Connection.AuthId));
}

/// <summary>The grant for one group.</summary>
internal sealed class GroupGrant(AccessGrant grant, GroupFolder group) : IDisposable
{
    public DatastoreContext Store => grant.Store;

    public GroupFolder Group { get; } = group;

    public GroupIdentity Identity { get; } = new(grant.Store, group.Namespace, group.Path);

    public void Dispose() => Group.Dispose();
}

/// <summary>The grant for the status of a store.</summary>
/// <param name="Grant">The grant for the groups that are counted for the caller.</param>
/// <param name="ShowsSizes">Whether the caller may see sizes and the last garbage collection.</param>
/// <param name="ShowsOperations">Whether the caller may see active operations.</param>
internal sealed record StatusGrant(AccessGrant Grant, bool ShowsSizes, bool ShowsOperations);
