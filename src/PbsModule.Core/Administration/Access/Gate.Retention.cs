using PbsModule.Core.Access;
using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

internal sealed partial class Gate
{
    /// <summary>
    /// Grants access to those groups of a namespace and the namespaces below that the caller may prune;
    /// <see cref="Passage.On"/> returns the access to each.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>missing permissions 'Datastore.Modify|Datastore.Prune' on
    /// '/datastore/…'</c></exception>
    /// <exception cref="PbsException">As for <see cref="Enter"/>.</exception>
    public Passage EnterPrune(DatastoreContext store, BackupNamespace start)
    {
        Entry entry = Entries.PruneDatastore;
        AccessControl? access = AccessOf(store);
        access?.Demand(
            store.Connection.AuthId,
            AclPath.ForDatastore(store.Name!, start),
            entry.Full | entry.Limited,
            partial: true);
        return new Passage(Open(entry, store), store, entry, access);
    }
}
