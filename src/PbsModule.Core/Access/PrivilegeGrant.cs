using PbsModule.Core.Access.Roles;

namespace PbsModule.Core.Access;

/// <summary>What somebody may do on a path.</summary>
/// <param name="Granted">On the path itself.</param>
/// <param name="Propagated">The part of it that is passed on to what lies below.</param>
public readonly record struct PrivilegeGrant(Privileges Granted, Privileges Propagated);
