using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Access.Roles;

/// <summary>The names of privileges, like <c>Datastore.Audit</c>.</summary>
public static class PrivilegeName
{
    /// <summary>The first release with push synchronization, its roles and its privileges.</summary>
    internal static readonly ServerRelease PushSync = new(3, 2, 11);

    // In the order in which PBS prints them: the place of a name is the privilege's bit in PBS 4.x.
    private static readonly (Privileges Privilege, string Name)[] Table =
    [
        (Privileges.SysAudit, "Sys.Audit"),
        (Privileges.SysModify, "Sys.Modify"),
        (Privileges.SysPowerManagement, "Sys.PowerManagement"),
        (Privileges.DatastoreAudit, "Datastore.Audit"),
        (Privileges.DatastoreAllocate, "Datastore.Allocate"),
        (Privileges.DatastoreModify, "Datastore.Modify"),
        (Privileges.DatastoreRead, "Datastore.Read"),
        (Privileges.DatastoreVerify, "Datastore.Verify"),
        (Privileges.DatastoreBackup, "Datastore.Backup"),
        (Privileges.DatastorePrune, "Datastore.Prune"),
        (Privileges.PermissionsModify, "Permissions.Modify"),
        (Privileges.RemoteAudit, "Remote.Audit"),
        (Privileges.RemoteModify, "Remote.Modify"),
        (Privileges.RemoteRead, "Remote.Read"),
        (Privileges.RemoteDatastoreBackup, "Remote.DatastoreBackup"),
        (Privileges.RemoteDatastoreModify, "Remote.DatastoreModify"),
        (Privileges.RemoteDatastorePrune, "Remote.DatastorePrune"),
        (Privileges.SysConsole, "Sys.Console"),
        (Privileges.TapeAudit, "Tape.Audit"),
        (Privileges.TapeModify, "Tape.Modify"),
        (Privileges.TapeWrite, "Tape.Write"),
        (Privileges.TapeRead, "Tape.Read"),
        (Privileges.RealmAllocate, "Realm.Allocate"),
    ];

    private const Privileges OfPushSync =
        Privileges.RemoteDatastoreBackup | Privileges.RemoteDatastoreModify | Privileges.RemoteDatastorePrune;

    /// <summary>All names, in PBS's order.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Table.Select(entry => entry.Name)];

    /// <summary>Returns the privileges that a release has.</summary>
    public static Privileges In(ServerRelease release) =>
        release < PushSync ? Privileges.All & ~OfPushSync : Privileges.All;

    /// <summary>Returns the named privileges in a set, one at a time, in PBS's order.</summary>
    public static IEnumerable<Privileges> Each(Privileges privileges) =>
        Table.Where(entry => (privileges & entry.Privilege) != 0).Select(entry => entry.Privilege);

    /// <summary>Returns the names of the privileges in a set.</summary>
    public static IReadOnlyList<string> Of(Privileges privileges) => [.. Each(privileges).Select(NameOf)];

    /// <summary>Returns the name of a single privilege.</summary>
    public static string NameOf(Privileges privilege) => Array.Find(Table, entry => entry.Privilege == privilege).Name;

    /// <summary>Finds a privilege by its exact name.</summary>
    public static bool TryParse(string name, out Privileges privilege)
    {
        privilege = Array.Find(Table, entry => entry.Name == name).Privilege;
        return privilege != Privileges.None;
    }

    /// <exception cref="PbsArgumentException">There is no such privilege.</exception>
    public static Privileges Parse(string name) => TryParse(name, out Privileges privilege)
        ? privilege
        : throw new PbsArgumentException(PbsErrorId.PrivilegeUnknown, $"unknown privilege '{name}'", name);

    /// <summary>
    /// Joins names as PBS does: with '|' where one of the privileges suffices, with '&amp;' where all are required.
    /// </summary>
    internal static string Join(Privileges privileges, char separator) =>
        string.Join(separator, Each(privileges).Select(NameOf));
}
