using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>
/// Which names and paths an archive may hold. Source: pxar <c>decoder</c>, pbs-client <c>extract</c>.
/// </summary>
internal static class PxarName
{
    /// <exception cref="PbsFormatException">A name that would lead somewhere else.</exception>
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

    /// <summary>Checks the target of a hard link: names joined by '/', from the root of the archive on.</summary>
    /// <exception cref="PbsFormatException">It leads out of the archive.</exception>
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

    /// <summary>A path as it is shown: each name as <see cref="EscapedName"/> does.</summary>
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
