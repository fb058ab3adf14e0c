using PbsModule.Core.Errors;

namespace PbsModule.Core.Access.Roles;

/// <summary>The names of privileges: <c>Datastore.Audit</c>.</summary>
public static class PrivilegeName
{
    // In the order of the bits, which is the order PBS prints them in.
    private static readonly string[] Names =
    [
        "Sys.Audit", "Sys.Modify", "Sys.PowerManagement",
        "Datastore.Audit", "Datastore.Allocate", "Datastore.Modify", "Datastore.Read", "Datastore.Verify",
        "Datastore.Backup", "Datastore.Prune",
        "Permissions.Modify",
        "Remote.Audit", "Remote.Modify", "Remote.Read",
        "Sys.Console",
        "Tape.Audit", "Tape.Modify", "Tape.Write", "Tape.Read",
        "Realm.Allocate",
    ];

    /// <summary>All names, in the order of the bits.</summary>
    public static IReadOnlyList<string> All { get; } = Names;

    /// <summary>The privileges in a set, one at a time, in the order of the bits.</summary>
    public static IEnumerable<Privileges> Each(Privileges privileges)
    {
        for (int bit = 0; bit < Names.Length; bit++)
        {
            var privilege = (Privileges)(1UL << bit);
            if ((privileges & privilege) != 0) yield return privilege;
        }
    }

    /// <summary>The names of the privileges in a set.</summary>
    public static IReadOnlyList<string> Of(Privileges privileges) => [.. Each(privileges).Select(NameOf)];

    /// <summary>The name of a single privilege.</summary>
    public static string NameOf(Privileges privilege) =>
        Names[System.Numerics.BitOperations.TrailingZeroCount((ulong)privilege)];

    /// <summary>By its exact name.</summary>
    public static bool TryParse(string name, out Privileges privilege)
    {
        int bit = Array.IndexOf(Names, name);
        privilege = bit < 0 ? Privileges.None : (Privileges)(1UL << bit);
        return bit >= 0;
    }

    /// <exception cref="PbsArgumentException">There is no such privilege.</exception>
    public static Privileges Parse(string name) => TryParse(name, out Privileges privilege)
        ? privilege
        : throw new PbsArgumentException(PbsErrorId.PrivilegeUnknown, $"unknown privilege '{name}'", name);

    /// <summary>Names joined as PBS joins them: '|' where any of them does, '&amp;' where all are needed.</summary>
    internal static string Join(Privileges privileges, char separator) =>
        string.Join(separator, Each(privileges).Select(NameOf));
}
