using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>Checks the names and paths in an archive. Source: pxar <c>decoder</c>, pbs-client <c>extract</c>.</summary>
internal static class PxarName
{
    /// <exception cref="PbsFormatException">The name is not valid or would lead out of its folder.</exception>
    public static byte[] Checked(byte[] name, long at)
    {
        string? fault = name switch
        {
            [] => "illegal path found (empty)",
            { Length: > PxarSize.LongestName } => $"filename too long (> {PxarSize.LongestName})",
            [(byte)'.'] => "illegal path found: '.'",
            [(byte)'.', (byte)'.'] => "illegal path found: '..'",
            _ when name.AsSpan().Contains((byte)'/') =>
                $"illegal path found (contains slashes, this is a security concern): '{EscapedName.Format(name)}'",
            _ => null,
        };
        return fault is null ? name : throw new PbsFormatException(PbsErrorId.ArchiveNameRefused, fault, at);
    }

    /// <summary>Checks the target of a hard link: names joined by '/', starting at the root of the archive.</summary>
    /// <exception cref="PbsFormatException">The path would lead out of the archive.</exception>
    public static byte[] CheckedTarget(byte[] path, long at)
    {
        if (path is [(byte)'/', ..])
        {
            throw new PbsFormatException(
                PbsErrorId.ArchiveNameRefused,
                $"bad absolute file name in archive: '{Shown(path)}'",
                at);
        }

        foreach (Range part in path.AsSpan().Split((byte)'/')) Checked(path[part], at);
        return path;
    }

    /// <summary>Returns a path for display. Each name has the form of <see cref="EscapedName"/>.</summary>
    public static string Shown(ReadOnlySpan<byte> path)
    {
        if (EscapedName.IsPlainPath(path)) return System.Text.Encoding.ASCII.GetString(path);
        var text = new System.Text.StringBuilder();
        foreach (Range part in path.Split((byte)'/'))
        {
            if (part.Start.Value > 0) text.Append('/');
            text.Append(EscapedName.Format(path[part]));
        }

        return text.ToString();
    }
}
