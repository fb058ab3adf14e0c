using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Names;

/// <summary>
/// The type and id of a backup group, <c>vm/100</c>. Ordered by type, then by id. Source: pbs-api-types BackupGroup.
/// </summary>
public readonly record struct GroupPath(BackupType Type, string Id) : IComparable<GroupPath>
{
    /// <exception cref="PbsArgumentException">
    /// The text is not valid: <c>unable to parse backup group path '…'</c>.
    /// </exception>
    public static GroupPath Parse(string text) => TryParse(text, out GroupPath path)
        ? path
        : throw new PbsArgumentException(
            PbsErrorId.GroupPathInvalid,
            $"unable to parse backup group path '{text}'",
            text);

    public static bool TryParse(ReadOnlySpan<char> text, out GroupPath path)
    {
        path = default;
        int slash = text.IndexOf('/');
        if (slash < 0 || !BackupTypeText.TryParse(text[..slash], out BackupType type)) return false;
        ReadOnlySpan<char> id = text[(slash + 1)..];
        if (!BackupId.IsValid(id)) return false;
        path = new GroupPath(type, id.ToString());
        return true;
    }

    public int CompareTo(GroupPath other)
    {
        int order = Type.CompareTo(other.Type);
        return order != 0 ? order : BackupId.Compare(Id, other.Id);
    }

    public override string ToString() => $"{Type.Text()}/{Id}";

    public static bool operator <(GroupPath left, GroupPath right) => left.CompareTo(right) < 0;

    public static bool operator >(GroupPath left, GroupPath right) => left.CompareTo(right) > 0;

    public static bool operator <=(GroupPath left, GroupPath right) => left.CompareTo(right) <= 0;

    public static bool operator >=(GroupPath left, GroupPath right) => left.CompareTo(right) >= 0;
}
