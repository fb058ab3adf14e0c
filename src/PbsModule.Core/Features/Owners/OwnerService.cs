using PbsModule.Core.Access;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Updates;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Owners;

/// <summary>Changes the owner of groups.</summary>
public sealed class OwnerService
{
    private readonly ServiceScope _scope;

    internal OwnerService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Checks that an owner can be changed as <see cref="Change"/> does, without changing anything.
    /// </summary>
    /// <returns>The current owner; null if the owner file is missing or damaged.</returns>
    /// <exception cref="PbsException">As for <see cref="Change"/>.</exception>
    public Authid? Check(DatastoreContext store, BackupNamespace ns, GroupPath group, Authid newOwner)
    {
        AccessGrant grant = _scope.Gate.Enter(Entries.ChangeOwner, store, ns);
        using GroupFolder folder = OpenForOwner(grant, ns, group, newOwner);
        return folder.Owner;
    }

    /// <summary>
    /// Changes the owner of a group. Callers with only Datastore.Backup may transfer groups to and from their own
    /// tokens. The owner file is replaced as a whole, under the group's lock where the server takes it
    /// (<see cref="GroupChangeLock"/>). Source: PBS POST change-owner.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">Namespace of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="newOwner">The new owner; must be active if the store belongs to a configuration.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The group with its new owner; its content as far as the caller may list it.</returns>
    /// <exception cref="PbsPermissionException">The caller may not make the change, in PBS's words.</exception>
    /// <exception cref="PbsNotFoundException">The namespace or the group does not exist.</exception>
    /// <exception cref="PbsConflictException">
    /// The store is in maintenance mode; the new owner is inactive or does not exist; or somebody else has changed the
    /// owner meanwhile.
    /// </exception>
    /// <exception cref="PbsLockedException">
    /// A backup of the group is running; or PBS's locks cannot be seen from here, and it is not forced.
    /// </exception>
    /// <exception cref="PbsStorageException">The owner file cannot be written; the old owner remains.</exception>
    public GroupInfo Change(
        DatastoreContext store,
        BackupNamespace ns,
        GroupPath group,
        Authid newOwner,
        bool force,
        CancellationToken cancellation)
    {
        Check(store, ns, group, newOwner);
        using WriteGrant writing =
            _scope.Gate.EnterToWrite(Entries.ChangeOwner, store, ns, force, _scope.Engine.Mutations, cancellation);
        using (GroupFolder folder = OpenForOwner(writing.Grant, ns, group, newOwner))
        using (HeldLock? held = writing.Locks.GroupToChange(folder))
        {
            DemandUnchanged(folder);
            OwnerFile.Replace(writing.Mutations, folder.FullPath, newOwner);
        }

        return Describe(writing.Grant, ns, group, newOwner);
    }

    /// <summary>The right to the change was decided by the owner before the lock was taken.</summary>
    private static void DemandUnchanged(GroupFolder folder)
    {
        Authid? before = folder.Owner;
        new OwnerReader().Read(folder);
        if (Equals(before, folder.Owner)) return;
        throw new PbsConflictException(
            PbsErrorId.OwnerChanged,
            $"{before?.ToString() ?? "nobody"} does not own this group anymore",
            folder.FullPath);
    }

    private static GroupFolder OpenForOwner(AccessGrant grant, BackupNamespace ns, GroupPath group, Authid newOwner)
    {
        using NamespaceFolder place = NamespaceFolder.Open(grant.Datastore, ns);
        GroupFolder folder = new GroupWalk().Open(place, group);
        try
        {
            DatastoreContext store = grant.Store;
            if (!grant.MayKnowOf(folder)) throw GroupWalk.NotFound(place, group);
            if (DatastoreGate.AccessOf(store) is { } access)
            {
                Ownership.DemandChange(
                    access, store.Name!, ns, group,
                    () => folder.Owner
                        ?? throw new PbsStorageException(
                            PbsErrorId.OwnerUnreadable,
                            folder.OwnerError!,
                            folder.FullPath),
                    newOwner, store.Connection.AuthId);
            }

            return folder;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static GroupInfo Describe(AccessGrant grant, BackupNamespace ns, GroupPath group, Authid owner)
    {
        DatastoreContext store = grant.Store;
        AccessControl? access = DatastoreGate.AccessOf(store);
        if (new AccessGrant(grant.Datastore, store, Entries.ListGroups, access).On(ns) is { } granted
            && grant.Admits(granted, owner))
        {
            using NamespaceFolder place = NamespaceFolder.Open(grant.Datastore, ns);
            using GroupFolder folder = new GroupWalk().Open(place, group);
            using GroupService.GroupSummary summary = new GroupService.GroupSummary();
            if (summary.Read(folder, store, new GroupQuery { Force = true }, static _ => { }) is { } info) return info;
        }

        return new GroupInfo(new GroupIdentity(store, ns, group)) { Owner = owner.ToString() };
    }
}
