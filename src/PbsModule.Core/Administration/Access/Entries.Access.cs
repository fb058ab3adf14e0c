using PbsModule.Core.Access;

namespace PbsModule.Core.Administration;

/// <summary>Whose things somebody may ask for without the privilege that opens everybody's.</summary>
[Flags]
internal enum AccessScope
{
    None = 0,

    /// <summary>His own, as exactly who he is: a token is not its user.</summary>
    Self = 1,

    /// <summary>A user: those of his tokens.</summary>
    OwnTokens = 2,

    /// <summary>The user he is, or is a token of.</summary>
    OwnUser = 8,

    /// <summary>What is the same for everybody and nobody's secret.</summary>
    Everybody = 4,
}

/// <summary>One thing that can be asked about who may do what, and what it takes.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Path">Where the privileges are needed.</param>
/// <param name="Full">Any of these privileges opens everybody's.</param>
/// <param name="Otherwise">What is left without them.</param>
internal sealed record AccessEntry(string Name, AclPath Path, Privileges Full, AccessScope Otherwise);

/// <summary>Source: PBS src/api2/access/.</summary>
internal static partial class Entries
{
    public static readonly AccessEntry ListAcl =
        new("access/acl", AclPath.AccessAcl, Privileges.SysAudit, AccessScope.OwnTokens);

    /// <summary>
    /// The refusals, which say what is missing, are in <see cref="AccessControl.DemandEntryChange"/>.
    /// </summary>
    public static readonly AccessEntry ChangeAcl =
        new("access/acl", AclPath.AccessAcl, Privileges.PermissionsModify, AccessScope.OwnTokens);

    public static readonly AccessEntry ListRoles =
        new("access/roles", AclPath.Access, Privileges.None, AccessScope.Everybody);
    public static readonly AccessEntry ListUsers =
        new("access/users", AclPath.AccessUsers, Privileges.SysAudit, AccessScope.OwnUser);
    public static readonly AccessEntry ListTokens =
        new("access/users/token", AclPath.AccessUsers, Privileges.SysAudit, AccessScope.OwnTokens);
    public static readonly AccessEntry ListPermissions =
        new("access/permissions", AclPath.Access, Privileges.SysAudit, AccessScope.Self | AccessScope.OwnTokens);
}
