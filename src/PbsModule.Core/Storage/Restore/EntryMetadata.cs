using System.Buffers.Binary;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Restore;

namespace PbsModule.Core.Storage.Restore;

/// <summary>
/// Gives entries what they had, in the order in which one step does not undo another. What cannot be given is told and
/// is no failure. Source: pbs-client <c>pxar/metadata.rs</c>.
/// </summary>
/// <param name="owners">Whose what is restored becomes.</param>
/// <param name="listener">Told what could not be given.</param>
internal sealed class EntryMetadata(RestoredOwners owners, IRestoreListener listener)
{
    private const int LongestAttributeName = 255;
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;

    /// <summary>
    /// Hidden and system. The third of FAT's, archive, is set on whatever is new there, and means nothing elsewhere.
    /// </summary>
    private const ulong OfFat = 0x6000;

    // Bits of pxar and what Linux has for them; the ones before content change how it is stored.
    private static readonly (ulong Pxar, uint Linux)[] BeforeContent =
        [(0x20000, 0x80), (0x40000, 0x4), (0x80000, 0x800000), (0x1000000, 0x400), (0x2000000, 0x20000000)];
    private static readonly (ulong Pxar, uint Linux)[] AtTheEnd =
        [(0x10000, 0x20), (0x100000, 0x40), (0x200000, 0x10000), (0x400000, 0x10), (0x800000, 0x8)];

    /// <summary>
    /// For a new file, before anything is written to it; a directory gets it with the rest, so that it does not hand it
    /// down.
    /// </summary>
    public void ApplyBeforeContent(TargetEntry target, PxarEntry entry, Func<string> path) =>
        ApplyFeatures(target, entry, BeforeContent, path);

    /// <summary>All but what an entry must not have yet when it gets its name: <see cref="ApplyAtTheEnd"/>.</summary>
    public void Apply(TargetEntry target, PxarEntry entry, Func<string> path)
    {
        bool isLink = entry.Type == CatalogEntryType.SymbolicLink;
        bool isOwned = GiveOwner(target, entry, path);
        foreach (PxarXattr attribute in entry.ExtendedAttributes)
        {
            if (!IsRestored(attribute.Name.Span)) continue;
            Check(
                target.SetAttribute(attribute.Name.Span, attribute.Value.Span),
                RestoredTrait.ExtendedAttribute,
                path,
                EscapedName.Format(attribute.Name.Span));
        }

        if (entry.FileCapabilities is { } capabilities)
        {
            Check(target.SetAttribute("security.capability"u8, capabilities.Span), RestoredTrait.Capabilities, path);
        }

        if (entry.Acl is { } acl && !isLink) ApplyAcl(target, acl, entry, path);
        if (entry.QuotaProjectId is { } project)
        {
            Check(project <= uint.MaxValue
                ? target.SetProject((uint)project)
                : OsError.EINVAL, RestoredTrait.QuotaProject, path);
        }

        // Behind the owner: giving a file away takes its set-user-id.
        if (!isLink) GiveMode(target, entry, isOwned, path);
        Check(target.SetTime(entry.Stat.Seconds, entry.Stat.Nanoseconds), RestoredTrait.LastWriteTime, path);
    }

    /// <summary>Behind everything else: what is immutable cannot even be given its name.</summary>
    public void ApplyAtTheEnd(TargetEntry target, PxarEntry entry, Func<string> path)
    {
        ApplyFeatures(target, entry, AtTheEnd, path);
        if ((entry.Stat.Flags & OfFat) != 0)
        {
            listener.Miss(path(), RestoredTrait.FileFeatures, "hidden and system, which only FAT has, are not given");
        }
    }

    /// <summary>Whether the entry belongs to whom the archive says.</summary>
    private bool GiveOwner(TargetEntry target, PxarEntry entry, Func<string> path)
    {
        if (!owners.AreGiven) return owners.AreThose(entry.Stat);

        // That number means "leave it" to the system.
        bool isNobody = entry.Stat.UserId == uint.MaxValue || entry.Stat.GroupId == uint.MaxValue;
        int error = isNobody ? OsError.EINVAL : target.SetOwner(entry.Stat.UserId, entry.Stat.GroupId);
        Check(error, RestoredTrait.Owner, path);
        return error == 0 || owners.AreThose(entry.Stat);
    }

    /// <summary>A program that ran as its owner must not run as whoever restores it.</summary>
    private void GiveMode(TargetEntry target, PxarEntry entry, bool isOwned, Func<string> path)
    {
        uint permissions = entry.Stat.Permissions;
        if (!isOwned && !entry.IsDirectory && (permissions & (SetUser | SetGroup)) != 0)
        {
            permissions &= ~(SetUser | SetGroup);
            listener.Miss(
                path(),
                RestoredTrait.Mode,
                "set-user-id and set-group-id are left out where the owner could not be given");
        }

        Check(target.SetMode(permissions), RestoredTrait.Mode, path);
    }

    /// <summary>As PBS's client: what belongs to the system it came from is not for this one.</summary>
    private static bool IsRestored(ReadOnlySpan<byte> name) =>
        name.Length <= LongestAttributeName
        && (name.StartsWith("user."u8)
            || name.StartsWith("trusted."u8)
            || name.SequenceEqual("security.NTACL"u8)
            || name.SequenceEqual("security.capability"u8));

    private void ApplyAcl(TargetEntry target, PxarAcl acl, PxarEntry entry, Func<string> path)
    {
        if (!PosixAcl.CanHold(acl))
        {
            Check(OsError.EINVAL, RestoredTrait.AccessControlList, path);
            return;
        }

        if (acl.HasAccess)
        {
            Check(
                target.SetAttribute("system.posix_acl_access"u8, PosixAcl.Access(acl, entry.Stat.Permissions)),
                RestoredTrait.AccessControlList,
                path);
        }

        if (acl.Default is not null && entry.IsDirectory)
        {
            Check(
                target.SetAttribute("system.posix_acl_default"u8, PosixAcl.Default(acl)),
                RestoredTrait.AccessControlList,
                path);
        }
    }

    private void ApplyFeatures(TargetEntry target, PxarEntry entry, (ulong Pxar, uint Linux)[] bits, Func<string> path)
    {
        uint value = 0;
        foreach ((ulong pxar, uint linux) in bits)
        {
            if ((entry.Stat.Flags & pxar) != 0) value |= linux;
        }

        if (value != 0) Check(target.SetFeatures(0, value), RestoredTrait.FileFeatures, path);
    }

    private void Check(int error, RestoredTrait attribute, Func<string> path, string? what = null)
    {
        if (error != 0)
        {
            listener.Miss(path(), attribute, what is null
                ? OsError.Describe(error)
                : $"{what}: {OsError.Describe(error)}");
        }
    }
}

/// <summary>
/// Access control lists in the form in which Linux takes them: version 2, then eight bytes for each entry.
/// </summary>
internal static class PosixAcl
{
    private const int HeaderSize = 4;
    private const int EntrySize = 8;
    private const uint Version = 2;
    private const uint NoId = uint.MaxValue;

    private enum Tag : ushort
    {
        Owner = 1,
        User = 2,
        GroupObject = 4,
        Group = 8,
        Mask = 16,
        Other = 32,
    }

    /// <summary>Whether all its numbers are those of users and groups.</summary>
    public static bool CanHold(PxarAcl acl) =>
        acl.Users.Concat(acl.Groups).Concat(acl.DefaultUsers).Concat(acl.DefaultGroups).All(entry => entry.Id < NoId);

    public static byte[] Access(PxarAcl acl, uint mode)
    {
        // With a group object the mode's group bits are the mask; without one they are both.
        uint mask = (mode >> 3) & 7;
        return Write(acl.Users, acl.Groups, (mode >> 6) & 7, acl.GroupObject ?? mask, mode & 7, mask);
    }

    public static byte[] Default(PxarAcl acl) =>
        Write(
            acl.DefaultUsers,
            acl.DefaultGroups,
            acl.Default!.Owner,
            acl.Default.Group,
            acl.Default.Other,
            acl.Default.Mask);

    private static byte[] Write(
        IReadOnlyList<PxarAclEntry> users,
        IReadOnlyList<PxarAclEntry> groups,
        ulong owner,
        ulong group,
        ulong other,
        ulong? mask)
    {
        using var list = new MemoryStream(HeaderSize + ((4 + users.Count + groups.Count) * EntrySize));
        list.Write(BitConverter.GetBytes(Version));
        Add(list, Tag.Owner, owner, NoId);
        foreach (PxarAclEntry user in users.OrderBy(user => user.Id))
        {
            Add(list, Tag.User, user.Permissions, (uint)user.Id);
        }

        Add(list, Tag.GroupObject, group, NoId);
        foreach (PxarAclEntry named in groups.OrderBy(named => named.Id))
        {
            Add(list, Tag.Group, named.Permissions, (uint)named.Id);
        }

        if (mask is { } most) Add(list, Tag.Mask, most, NoId);
        Add(list, Tag.Other, other, NoId);
        return list.ToArray();
    }

    private static void Add(MemoryStream list, Tag tag, ulong permissions, uint id)
    {
        Span<byte> entry = stackalloc byte[EntrySize];
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)tag);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[2..], (ushort)(permissions & 7));
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], id);
        list.Write(entry);
    }
}
