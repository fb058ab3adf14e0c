using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Configuration;

/// <summary>A release of Proxmox Backup Server, like 4.2.3. Releases compare by their numbers.</summary>
/// <param name="Major">The major version.</param>
/// <param name="Minor">The minor version.</param>
/// <param name="Patch">The patch level; 0 where a text does not give one.</param>
public readonly record struct ServerRelease(int Major, int Minor, int Patch) : IComparable<ServerRelease>
{
    private const int MaxParts = 3;

    /// <summary>The newest release whose rules the module knows. It is assumed where a server's is unknown.</summary>
    public static ServerRelease Newest { get; } = new(4, 2, 5);

    /// <summary>
    /// Reads <c>4.2</c>, <c>4.2.3</c>, or the version of a Debian package (<c>4.2.3-1</c>, <c>4.2.3~bpo1</c>).
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ServerRelease release)
    {
        release = default;
        if (text is null) return false;
        int end = text.AsSpan().IndexOfAny('-', '~', '+');
        string[] parts = (end < 0 ? text : text[..end]).Split('.');
        if (parts.Length is < 2 or > MaxParts) return false;
        Span<int> numbers = [0, 0, 0];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        release = new ServerRelease(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <exception cref="PbsArgumentException">The text is not a release.</exception>
    public static ServerRelease Parse(string text) => TryParse(text, out ServerRelease release)
        ? release
        : throw new PbsArgumentException(
            PbsErrorId.ServerVersionInvalid,
            $"'{text}' is not a version of Proxmox Backup Server",
            text)
        {
            RecommendedAction = "Give two or three numbers, like 3.2.4 or 4.2; `proxmox-backup-manager version` on the "
                + "server prints them.",
        };

    public int CompareTo(ServerRelease other) =>
        (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    public static bool operator <(ServerRelease left, ServerRelease right) => left.CompareTo(right) < 0;

    public static bool operator >(ServerRelease left, ServerRelease right) => left.CompareTo(right) > 0;

    public static bool operator <=(ServerRelease left, ServerRelease right) => left.CompareTo(right) <= 0;

    public static bool operator >=(ServerRelease left, ServerRelease right) => left.CompareTo(right) >= 0;
}
