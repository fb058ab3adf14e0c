using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Access;

/// <summary>How much of a namespace somebody may touch.</summary>
public enum NamespaceAccess
{
    /// <summary>Only groups he owns.</summary>
    Owned,

    /// <summary>All groups.</summary>
    Full,
}

/// <summary>How much of a datastore somebody sees in a list of datastores.</summary>
public enum DatastoreVisibility
{
    Hidden,

    /// <summary>That there is one, because something below it is his; not its comment.</summary>
    NameOnly,

    Full,
}

/// <summary>Rules about datastores and namespaces. Source: PBS src/backup/hierarchy.rs, src/api2/admin/.</summary>
public sealed partial class AccessControl
{
    /// <summary>
    /// What a privilege on a namespace allows: any of <paramref name="full"/> everything, any of
    /// <paramref name="owned"/> what the caller owns. An empty set never allows anything.
    /// </summary>
    /// <exception cref="PbsPermissionException"><c>permission check failed - missing {names} on
    /// /datastore/{store}[/{ns}]</c></exception>
    public NamespaceAccess DemandOnNamespace(
        string store,
        BackupNamespace ns,
        Authid caller,
        Privileges full,
        Privileges owned = Privileges.None)
    {
        AclPath path = AclPath.ForDatastore(store, ns);
        Privileges held = Lookup(caller, path).Granted;
        if ((held & full) != Privileges.None) return NamespaceAccess.Full;
        if ((held & owned) != Privileges.None) return NamespaceAccess.Owned;
        throw new PbsPermissionException(PbsErrorId.PermissionDenied,
            $"permission check failed - missing {PrivilegeName.Join(full | owned, '|')} on {path.Text}", path.Text);
    }

    /// <summary>Whether somebody may know of a namespace.</summary>
    public bool IsNamespaceVisible(string store, BackupNamespace ns, Authid caller) =>
        IsAllowed(caller, AclPath.ForDatastore(store, ns), NamespaceVisible, partial: true);

    /// <summary>What a list of datastores shows somebody of one.</summary>
    public DatastoreVisibility VisibilityOf(string store, Authid caller)
    {
        AclPath path = AclPath.ForDatastore(store);
        return IsAllowed(caller, path, Privileges.DatastoreAudit | Privileges.DatastoreBackup, partial: true)
            ? DatastoreVisibility.Full
                : IsAnyAllowedBelow(caller, path, NamespaceVisible) ? DatastoreVisibility.NameOnly
                : DatastoreVisibility.Hidden;
    }

    /// <summary>What the status of a datastore shows somebody: all, the counts alone, or nothing.</summary>
    public DatastoreVisibility StatusVisibilityOf(string store, Authid caller)
    {
        DatastoreVisibility listed = VisibilityOf(store, caller);
        if (listed != DatastoreVisibility.Hidden) return listed;
        return IsAllowed(caller, AclPath.ForDatastore(store), Privileges.DatastoreRead)
            ? DatastoreVisibility.NameOnly
            : DatastoreVisibility.Hidden;
    }
}
