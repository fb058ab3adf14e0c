using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;

namespace PbsModule.Core.Features.Archives;

/// <summary>Formats type and permissions in the ten characters of ls.</summary>
internal static class UnixModeText
{
    private const uint SetUser = 0x800;
    private const uint SetGroup = 0x400;
    private const uint Sticky = 0x200;

    public static string Of(CatalogEntryType type, uint permissions) =>
        string.Create(10, (type, permissions), static (text, state) =>
        {
            text[0] = state.type switch
            {
                CatalogEntryType.File or CatalogEntryType.HardLink => '-',
                _ => (char)(byte)state.type,
            };
            for (int i = 0; i < 9; i++) text[1 + i] = (state.permissions & (0x100u >> i)) != 0 ? "rwx"[i % 3] : '-';
            Mark(text, 3, state.permissions & SetUser, 's');
            Mark(text, 6, state.permissions & SetGroup, 's');
            Mark(text, 9, state.permissions & Sticky, 't');
        });

    /// <summary>Formats three bits: <c>rw-</c>.</summary>
    public static string Three(ulong permissions)
    {
        char read = (permissions & 4) != 0 ? 'r' : '-', write = (permissions & 2) != 0 ? 'w' : '-';
        char execute = (permissions & 1) != 0 ? 'x' : '-';
        return $"{read}{write}{execute}";
    }

    private static void Mark(Span<char> text, int at, uint bit, char letter)
    {
        if (bit != 0) text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
    }
}

/// <summary>Formats access control lists for setfacl.</summary>
internal static class ArchiveAclText
{
    public static IEnumerable<string> Of(PxarEntry entry)
    {
        if (entry.Acl is not { } acl) yield break;
        uint mode = entry.Stat.Permissions;
        if (acl.HasAccess)
        {
            yield return $"user::{UnixModeText.Three(mode >> 6)}";
            foreach (PxarAclEntry user in acl.Users)
            {
                yield return $"user:{user.Id}:{UnixModeText.Three(user.Permissions)}";
            }

            yield return $"group::{UnixModeText.Three(acl.GroupObject ?? (mode >> 3))}";
            foreach (PxarAclEntry group in acl.Groups)
            {
                yield return $"group:{group.Id}:{UnixModeText.Three(group.Permissions)}";
            }

            yield return $"mask::{UnixModeText.Three(mode >> 3)}";
            yield return $"other::{UnixModeText.Three(mode)}";
        }

        if (acl.Default is not { } unnamed) yield break;
        yield return $"default:user::{UnixModeText.Three(unnamed.Owner)}";
        foreach (PxarAclEntry user in acl.DefaultUsers)
        {
            yield return $"default:user:{user.Id}:{UnixModeText.Three(user.Permissions)}";
        }

        yield return $"default:group::{UnixModeText.Three(unnamed.Group)}";
        foreach (PxarAclEntry group in acl.DefaultGroups)
        {
            yield return $"default:group:{group.Id}:{UnixModeText.Three(group.Permissions)}";
        }

        if (unnamed.Mask is { } mask) yield return $"default:mask::{UnixModeText.Three(mask)}";
        yield return $"default:other::{UnixModeText.Three(unnamed.Other)}";
    }
}
