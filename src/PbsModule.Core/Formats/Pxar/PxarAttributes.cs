namespace PbsModule.Core.Formats.Pxar;

/// <summary>An extended attribute.</summary>
/// <param name="Name">With its namespace, <c>user.comment</c>; bytes.</param>
/// <param name="Value">The bytes.</param>
public sealed record PxarXattr(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);

/// <summary>What an access control list gives one user or group.</summary>
/// <param name="Id">Number of the user or group.</param>
/// <param name="Permissions">Read 4, write 2, execute 1.</param>
public readonly record struct PxarAclEntry(ulong Id, ulong Permissions);

/// <summary>The unnamed entries of a directory's default list.</summary>
/// <param name="Owner">The owner's permissions.</param>
/// <param name="Group">The group's.</param>
/// <param name="Other">Everybody else's.</param>
/// <param name="Mask">The most that named entries and the group get; null where there is no such entry.</param>
public sealed record PxarDefaultAcl(ulong Owner, ulong Group, ulong Other, ulong? Mask);

/// <summary>
/// An access control list beyond the mode. With a group object the group bits of the mode are the mask, and the group
/// object is what the owning group may; without one the group bits are both.
/// </summary>
public sealed record PxarAcl
{
    public IReadOnlyList<PxarAclEntry> Users { get; init; } = [];

    public IReadOnlyList<PxarAclEntry> Groups { get; init; } = [];

    public ulong? GroupObject { get; init; }

    /// <summary>What new entries of a directory get.</summary>
    public PxarDefaultAcl? Default { get; init; }

    public IReadOnlyList<PxarAclEntry> DefaultUsers { get; init; } = [];

    public IReadOnlyList<PxarAclEntry> DefaultGroups { get; init; } = [];

    /// <summary>Whether there is anything about the entry itself.</summary>
    public bool HasAccess => Users.Count > 0 || Groups.Count > 0 || GroupObject is not null;
}
