using PbsModule.Core.Access.Roles;

namespace PbsModule.Core.Access.Acl;

/// <summary>The roles that count on a path, and the place on the way to it that grants them.</summary>
internal readonly record struct AclMatch(RoleSet Roles, AclNode? Node);
