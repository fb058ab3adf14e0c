using PbsModule.Core.Access.Acl;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access;

/// <summary>One privilege somebody has on a path, and why.</summary>
/// <param name="Privilege">PBS's name, <c>Datastore.Audit</c>.</param>
/// <param name="Propagate">Whether it is passed on to what lies below.</param>
/// <param name="Roles">The roles that contain it; none for the superuser.</param>
/// <param name="EntryPath">Path of the entry that grants it, null for the superuser.</param>
/// <param name="IsInherited">Whether that entry stands above the path asked for.</param>
/// <param name="UserLimit">For a token: why its user has the privilege, too.</param>
public sealed record EffectivePrivilege(
    string Privilege,
    bool Propagate,
    IReadOnlyList<string> Roles,
    string? EntryPath,
    bool IsInherited,
    EffectivePrivilege? UserLimit)
{
    /// <summary>
    /// Why, in words: <c>DatastoreAdmin on /datastore (propagated), limited by alice@pbs: Audit on /</c>.
    /// </summary>
    public string Source { get; internal init; } = "";
}

/// <summary>Everything somebody may do on a path, with reasons.</summary>
/// <param name="AuthId">Who.</param>
/// <param name="Path">Where.</param>
/// <param name="Privileges">What he may do, in PBS's order.</param>
/// <param name="Withheld">For a token: what its own entries grant but its user may not do, in PBS's order.</param>
public sealed record PrivilegeExplanation(
    Authid AuthId,
    AclPath Path,
    IReadOnlyList<EffectivePrivilege> Privileges,
    IReadOnlyList<string> Withheld);
