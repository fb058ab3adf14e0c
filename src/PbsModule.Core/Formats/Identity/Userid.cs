using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Formats.Identity;

/// <summary>
/// A user, <c>name@realm</c>. Its complete text is compared byte by byte. Source: pbs-api-types Userid.
/// </summary>
public sealed record Userid : IComparable<Userid>
{
    private const int MinRealmLength = 3;
    private const int MaxRealmLength = 32;

    private Userid(string text, int at)
    {
        Text = text;
        Name = text[..at];
        Realm = text[(at + 1)..];
    }

    /// <summary>The superuser.</summary>
    public static Userid Root { get; } = Parse("root@pam");

    public string Text { get; }

    public string Name { get; }

    public string Realm { get; }

    /// <exception cref="PbsArgumentException">
    /// The text is not valid. The message is PBS's, for example <c>not a valid user id</c>.
    /// </exception>
    public static Userid Parse(string text) => TryParse(text, out Userid? userid, out string? error)
        ? userid
        : throw new PbsArgumentException(PbsErrorId.AuthIdInvalid, error, text);

    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Userid? userid,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out string? error)
    {
        userid = null;
        int at = text.LastIndexOf('@');
        error = at < 0 ? "not a valid user id"
            : !IsUserName(text.AsSpan(0, at)) ? "invalid user name in user id"
            : !IsRealm(text.AsSpan(at + 1)) ? "invalid realm in user id"
            : null;
        if (error is not null) return false;
        userid = new Userid(text, at);
        return true;
    }

    /// <summary>Whether a text is not empty and contains no white space, ':', '/' or control character.</summary>
    internal static bool IsUserName(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is ':' or '/' or < ' ' or '\x7F' || char.IsWhiteSpace(c)) return false;
        }

        return !text.IsEmpty;
    }

    private static bool IsRealm(ReadOnlySpan<char> text) =>
        text.Length is >= MinRealmLength and <= MaxRealmLength && SafeId.IsValid(text);

    public int CompareTo(Userid? other) => other is null ? 1 : string.CompareOrdinal(Text, other.Text);

    public override string ToString() => Text;

    public static bool operator <(Userid left, Userid right) => left.CompareTo(right) < 0;

    public static bool operator >(Userid left, Userid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Userid left, Userid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Userid left, Userid right) => left.CompareTo(right) >= 0;
}
