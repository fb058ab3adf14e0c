using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;

namespace PbsModule.Core.Gate;

/// <summary>The subjects whose access data a caller may read without the privilege for all of it.</summary>
[Flags]
internal enum AccessScope
{
    None = 0,

    /// <summary>The caller itself. A token is not its user.</summary>
    Self = 1,

    /// <summary>A user's own tokens.</summary>
    OwnTokens = 2,

    /// <summary>The caller's user, also for a token.</summary>
    OwnUser = 8,

    /// <summary>Data that is public to all callers.</summary>
    Everybody = 4,
}

/// <summary>An entry point that reads or changes access data, with the privileges it requires.</summary>
/// <param name="Name">PBS's name of the endpoint.</param>
/// <param name="Path">Path on which the privileges are required.</param>
/// <param name="Full">Any of these privileges grants access to all subjects.</param>
/// <param name="Otherwise">Subjects accessible without these privileges.</param>
internal sealed record AccessEntry(string Name, AclPath Path, Privileges Full, AccessScope Otherwise);
