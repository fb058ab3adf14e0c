using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Errors;
using static PbsModule.Core.Access.Roles.Privileges;

namespace PbsModule.Core.Access.Roles;

/// <summary>A named set of privileges. The set of roles is closed. Source: pbs-api-types acl.rs.</summary>
public sealed record Role
{
    private static readonly Role[] Table = Number(
        new("Admin", Privileges.All, "Administrator"),
        new("Audit", SysAudit | DatastoreAudit, "Auditor"),
        new("NoAccess", None, "Disable Access"),
        new(
            "DatastoreAdmin",
            DatastoreAudit | DatastoreModify | DatastoreRead | DatastoreVerify | DatastoreBackup | DatastorePrune,
            "Datastore Administrator"),
        new(
            "DatastoreReader",
            DatastoreAudit | DatastoreRead | DatastoreVerify,
            "Datastore Reader (inspect datastore content and do restores)"),
        new("DatastoreBackup", Privileges.DatastoreBackup, "Datastore Backup (backup and restore owned backups)"),
        new(
            "DatastorePowerUser",
            Privileges.DatastoreBackup | DatastorePrune,
            "Datastore PowerUser (backup, restore and prune owned backup)"),
        new("DatastoreAudit", Privileges.DatastoreAudit, "Datastore Auditor"),
        new("RemoteAudit", Privileges.RemoteAudit, "Remote Auditor"),
        new("RemoteAdmin", Privileges.RemoteAudit | RemoteModify | RemoteRead, "Remote Administrator"),
        new("RemoteSyncOperator", Privileges.RemoteAudit | RemoteRead, "Syncronisation Opertator"),
        new("TapeAudit", Privileges.TapeAudit, "Tape Auditor"),
        new("TapeAdmin", Privileges.TapeAudit | TapeModify | TapeRead | TapeWrite, "Tape Administrator"),
        new("TapeOperator", Privileges.TapeAudit | TapeRead | TapeWrite, "Tape Operator"),
        new("TapeReader", Privileges.TapeAudit | TapeRead, "Tape Reader"),
        // 4.x. What they grant beyond Remote.Audit, 3.2.4 has no privilege for.
        new("RemoteSyncPushOperator", Privileges.RemoteAudit, "Synchronization Operator (push direction)")
        {
            IsNewer = true,
        },
        new("RemoteDatastorePowerUser", Privileges.RemoteAudit, "Remote Datastore PowerUser") { IsNewer = true },
        new("RemoteDatastoreAdmin", Privileges.RemoteAudit, "Remote Datastore Administrator") { IsNewer = true });

    private static readonly FrozenDictionary<string, Role> ByName =
        Table.ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);

    private Role(string name, Privileges privileges, string description)
    {
        Name = name;
        Privileges = privileges;
        Description = description;
    }

    /// <summary>The roles of 3.2.4.</summary>
    public static IReadOnlyList<Role> All { get; } = [.. Table.Where(role => !role.IsNewer)];

    /// <summary>Every privilege.</summary>
    public static Role Admin { get; } = ByName["Admin"];

    /// <summary>Takes all roles away: it replaces every other role of a principal on its path.</summary>
    public static Role NoAccess { get; } = ByName["NoAccess"];

    public string Name { get; }

    public Privileges Privileges { get; }

    /// <summary>PBS's comment on it, with its own spelling.</summary>
    public string Description { get; }

    /// <summary>Of 4.x: read, so that files of newer servers load, but 3.2.4 refuses a file that names it.</summary>
    public bool IsNewer { get; private init; }

    /// <summary>Place in the table; the bit of the role in a <see cref="RoleSet"/>.</summary>
    internal int Index { get; private init; }

    /// <summary>Finds a role, also one of 4.x, by its exact name.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out Role? role) => ByName.TryGetValue(name, out role);

    /// <exception cref="PbsArgumentException"><c>unknown role '{name}'</c></exception>
    public static Role Parse(string name) => TryFind(name, out Role? role)
        ? role
        : throw new PbsArgumentException(PbsErrorId.RoleUnknown, $"unknown role '{name}'", name);

    internal static bool TryFind(ReadOnlySpan<char> name, [NotNullWhen(true)] out Role? role) =>
        ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out role);

    internal static Role At(int index) => Table[index];

    public override string ToString() => Name;

    private static Role[] Number(params Role[] roles) =>
        [.. roles.Select((role, index) => role with { Index = index })];
}
