using System.Numerics;

namespace PbsModule.Core.Access.Roles;

/// <summary>Roles of one principal at one place, each of which is passed on to what lies below or not.</summary>
public readonly struct RoleSet : IEquatable<RoleSet>
{
    // Two bits a role: evaluating a path must not allocate.
    private readonly uint _roles;
    private readonly uint _propagated;

    private RoleSet(uint roles, uint propagated)
    {
        _roles = roles;
        _propagated = propagated;
    }

    private static uint NoAccessBit { get; } = 1u << Role.NoAccess.Index;

    public bool IsEmpty => _roles == 0;

    /// <summary>The privileges of all roles together.</summary>
    public Privileges Privileges => Union(_roles);

    /// <summary>The privileges of the roles that are passed on.</summary>
    public Privileges PropagatedPrivileges => Union(_propagated);

    public int Count => BitOperations.PopCount(_roles);

    public bool Contains(Role role) => (_roles & (1u << role.Index)) != 0;

    /// <summary>Whether the role is in the set and passed on.</summary>
    public bool Propagates(Role role) => (_propagated & (1u << role.Index)) != 0;

    /// <summary>The roles by name.</summary>
    public IReadOnlyList<Role> Roles()
    {
        var roles = new List<Role>(Count);
        for (uint rest = _roles; rest != 0; rest &= rest - 1) roles.Add(Role.At(BitOperations.TrailingZeroCount(rest)));
        roles.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return roles;
    }

    /// <summary>With one role more. NoAccess replaces the others, and any other replaces NoAccess.</summary>
    internal RoleSet With(Role role, bool propagate)
    {
        uint bit = 1u << role.Index;
        uint kept = bit == NoAccessBit ? 0 : ~(bit | NoAccessBit);
        return new RoleSet((_roles & kept) | bit, (_propagated & kept) | (propagate ? bit : 0));
    }

    internal RoleSet Without(Role role)
    {
        uint kept = ~(1u << role.Index);
        return new RoleSet(_roles & kept, _propagated & kept);
    }

    /// <summary>
    /// What counts here: everything at the place that was asked for, on the way to it only what is passed on.
    /// </summary>
    internal RoleSet Effective(bool isLeaf)
    {
        uint roles = isLeaf ? _roles : _propagated;
        return (roles & NoAccessBit) != 0 ? new RoleSet(NoAccessBit, 0) : new RoleSet(roles, _propagated);
    }

    private static Privileges Union(uint roles)
    {
        Privileges union = Privileges.None;
        for (; roles != 0; roles &= roles - 1) union |= Role.At(BitOperations.TrailingZeroCount(roles)).Privileges;
        return union;
    }

    public bool Equals(RoleSet other) => _roles == other._roles && _propagated == other._propagated;

    public override bool Equals(object? obj) => obj is RoleSet other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_roles, _propagated);

    public override string ToString() => string.Join(',', Roles());

    public static bool operator ==(RoleSet left, RoleSet right) => left.Equals(right);

    public static bool operator !=(RoleSet left, RoleSet right) => !left.Equals(right);
}
