using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using static PbsModule.Core.Access.Roles.Privileges;

namespace PbsModule.Core.Access.Roles;

/// <summary>A named set of privileges. PBS has no roles but these. Source: pbs-api-types acl.rs.</summary>
public sealed record Role
{
    // PBS 3.x describes one role with two spelling mistakes.
    private const int SpellingCorrected = 4;

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
        new("RemoteSyncOperator", Privileges.RemoteAudit | RemoteRead, "Synchronization Operator"),
        new(
            "RemoteSyncPushOperator",
            Privileges.RemoteAudit | RemoteDatastoreBackup,
            "Synchronization Operator (push direction)")
        {
            Since = PrivilegeName.PushSync,
        },
        new(
            "RemoteDatastorePowerUser",
            Privileges.RemoteAudit | RemoteDatastoreBackup | RemoteDatastorePrune,
            "Remote Datastore PowerUser")
        {
            Since = PrivilegeName.PushSync,
        },
        new(
            "RemoteDatastoreAdmin",
            Privileges.RemoteAudit | RemoteDatastoreBackup | RemoteDatastoreModify | RemoteDatastorePrune,
            "Remote Datastore Administrator")
        {
            Since = PrivilegeName.PushSync,
        },
        new("TapeAudit", Privileges.TapeAudit, "Tape Auditor"),
        new("TapeAdmin", Privileges.TapeAudit | TapeModify | TapeRead | TapeWrite, "Tape Administrator"),
        new("TapeOperator", Privileges.TapeAudit | TapeRead | TapeWrite, "Tape Operator"),
        new("TapeReader", Privileges.TapeAudit | TapeRead, "Tape Reader"));

    private static readonly FrozenDictionary<string, Role> ByName =
        Table.ToFrozenDictionary(role => role.Name, StringComparer.Ordinal);

    private Role(string name, Privileges privileges, string description)
    {
        Name = name;
        Privileges = privileges;
        Description = description;
    }

    /// <summary>All roles, in PBS's order.</summary>
    public static IReadOnlyList<Role> All => Table;

    /// <summary>The role with every privilege.</summary>
    public static Role Admin { get; } = ByName["Admin"];

    /// <summary>The role without privileges. It replaces every other role of a principal on its path.</summary>
    public static Role NoAccess { get; } = ByName["NoAccess"];

    public string Name { get; }

    public Privileges Privileges { get; }

    /// <summary>PBS's description, in the spelling of 4.x.</summary>
    public string Description { get; }

    /// <summary>
    /// The first release that has the role; the default value for a role of every release. Older ones cannot read a
    /// file that names it.
    /// </summary>
    public ServerRelease Since { get; private init; }

    /// <summary>The role's place in the table, and its bit in a <see cref="RoleSet"/>.</summary>
    internal int Index { get; private init; }

    /// <summary>Returns PBS's description, in the spelling of a release.</summary>
    public string DescriptionIn(ServerRelease release) =>
        release.Major < SpellingCorrected && Name == "RemoteSyncOperator" ? "Syncronisation Opertator" : Description;

    /// <summary>Finds a role by its exact name.</summary>
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
