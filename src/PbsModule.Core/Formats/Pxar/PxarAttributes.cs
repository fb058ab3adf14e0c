namespace PbsModule.Core.Formats.Pxar;

/// <summary>An extended attribute.</summary>
/// <param name="Name">The name as bytes, with its namespace, for example <c>user.comment</c>.</param>
/// <param name="Value">The value as bytes.</param>
public sealed record PxarXattr(ReadOnlyMemory<byte> Name, ReadOnlyMemory<byte> Value);

/// <summary>The permissions that an access control list grants to one user or group.</summary>
/// <param name="Id">The number of the user or group.</param>
/// <param name="Permissions">The sum of read 4, write 2 and execute 1.</param>
public readonly record struct PxarAclEntry(ulong Id, ulong Permissions);

/// <summary>The unnamed entries of a directory's default list.</summary>
/// <param name="Owner">The permissions of the owner.</param>
/// <param name="Group">The permissions of the group.</param>
/// <param name="Other">The permissions of all others.</param>
/// <param name="Mask">
/// The largest permissions of named entries and the group, or null if the list has no such entry.
/// </param>
public sealed record PxarDefaultAcl(ulong Owner, ulong Group, ulong Other, ulong? Mask);

/// <summary>
/// An access control list in addition to the mode. If it has a group object, the group bits of the mode are the mask,
/// and the group object contains the permissions of the owning group. Otherwise, the group bits are both.
/// </summary>
public sealed record PxarAcl
{
    public IReadOnlyList<PxarAclEntry> Users { get; init; } = [];

    public IReadOnlyList<PxarAclEntry> Groups { get; init; } = [];

    public ulong? GroupObject { get; init; }

    /// <summary>The permissions of new entries in a directory.</summary>
    public PxarDefaultAcl? Default { get; init; }

    public IReadOnlyList<PxarAclEntry> DefaultUsers { get; init; } = [];

    public IReadOnlyList<PxarAclEntry> DefaultGroups { get; init; } = [];

    /// <summary>Whether the list contains permissions for the entry itself.</summary>
    public bool HasAccess => Users.Count > 0 || Groups.Count > 0 || GroupObject is not null;
}
