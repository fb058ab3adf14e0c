using System.Globalization;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Access.Acl;

/// <summary>
/// Reads the lines of acl.cfg: <c>acl:{0|1}:{path}:{users, tokens, @groups}:{roles}</c>. There are no comments.
/// </summary>
internal static class AclParser
{
    private const int Fields = 5;

    /// <param name="tree">What the entries are added to.</param>
    /// <param name="text">The lines.</param>
    /// <param name="file">The file for messages, null for a text that is none.</param>
    /// <exception cref="PbsFormatException">A line is wrong; the tree is of no use then.</exception>
    public static void Parse(AclTree tree, string text, string? file)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> line in ConfigurationText.Lines(text))
        {
            number++;
            ReadOnlySpan<char> content = line.Trim();
            if (content.IsEmpty || ParseLine(tree, content) is not { } reason) continue;
            string source = file is null ? "data" : $"\"{file}\"";
            throw new PbsFormatException(PbsErrorId.ConfigurationInvalid,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"unable to parse acl config {source}, line {number} - {reason}"),
                file: file);
        }
    }

    private static string? ParseLine(AclTree tree, ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[Fields + 1];
        if (line.Split(fields, ':') != Fields) return "wrong number of items.";
        if (!line[fields[0]].SequenceEqual("acl")) return "line does not start with 'acl'.";
        ReadOnlySpan<char> propagate = line[fields[1]];
        if (propagate is not ("0" or "1")) return "expected '0' or '1' for propagate flag.";

        AclNode node = tree.FindOrAdd(line[fields[2]]);
        ReadOnlySpan<char> principals = line[fields[3]];
        foreach (Range range in principals.Split(','))
        {
            string? error = AddRoles(tree, node, principals[range].Trim(), line[fields[4]], propagate is "1");
            if (error is not null) return error;
        }

        return null;
    }

    private static string? AddRoles(
        AclTree tree,
        AclNode node,
        ReadOnlySpan<char> principal,
        ReadOnlySpan<char> roles,
        bool propagate)
    {
        string? group = principal.StartsWith('@') ? principal[1..].ToString() : null;
        int number = 0;
        bool isFirst = true;
        RoleSet set = default;
        foreach (Range range in roles.Split(','))
        {
            // PBS looks at the first role before it looks at the principal.
            ReadOnlySpan<char> name = roles[range].Trim();
            if (!Role.TryFind(name, out Role? role)) return $"unknown role '{name}'";
            if (isFirst && group is null && tree.TryNumber(principal, out number) is { } error) return error;
            if (isFirst) set = group is null ? node.Roles(number) : node.Roles(group);
            set = set.With(role, propagate);
            isFirst = false;
        }

        if (group is null) node.SetRoles(number, set);
        else node.SetRoles(group, set);
        return null;
    }
}
