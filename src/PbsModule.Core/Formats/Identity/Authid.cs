using System.Diagnostics.CodeAnalysis;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Formats.Identity;

/// <summary>
/// The identity of an actor: a user, or a token of a user (<c>user@realm!token</c>). Source: pbs-api-types Authid.
/// </summary>
public sealed record Authid : IComparable<Authid>
{
    public Authid(Userid user, string? tokenName = null)
    {
        User = user;
        TokenName = tokenName;
    }

    /// <summary>The superuser <c>root@pam</c>. A token of root is not the superuser.</summary>
    public static Authid Root { get; } = new(Userid.Root);

    public Userid User { get; }

    /// <summary>The name of the token, or null for a user.</summary>
    public string? TokenName { get; }

    [MemberNotNullWhen(true, nameof(TokenName))]
    public bool IsToken => TokenName is not null;

    public bool IsSuperuser => !IsToken && User == Userid.Root;

    /// <exception cref="PbsArgumentException">
    /// The text is not valid. The message is PBS's, for example <c>empty token name in userid</c>.
    /// </exception>
    public static Authid Parse(string text) => TryParse(text, out Authid? authid, out string? error)
        ? authid
        : throw new PbsArgumentException(PbsErrorId.AuthIdInvalid, error, text);

    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out Authid? authid,
        [NotNullWhen(false)] out string? error)
    {
        authid = null;
        int at = text.LastIndexOf('@');
        if (at < 0)
        {
            error = "not a valid user id";
            return false;
        }

        // A '!' before the last '@' belongs to the user name.
        int mark = text.LastIndexOf('!');
        int end = mark > at ? mark : text.Length;
        if (end == text.Length - 1)
        {
            error = "empty token name in userid";
            return false;
        }

        if (!Userid.TryParse(text[..end], out Userid? user, out error)) return false;
        string? token = end < text.Length ? text[(end + 1)..] : null;
        if (token is not null && !SafeId.IsValid(token))
        {
            error = "invalid token name";
            return false;
        }

        authid = new Authid(user, token);
        return true;
    }

    /// <summary>Compares by user first. A user comes before its tokens, which are compared byte by byte.</summary>
    public int CompareTo(Authid? other)
    {
        if (other is null) return 1;
        int order = User.CompareTo(other.User);
        return order != 0 ? order : string.CompareOrdinal(TokenName, other.TokenName);
    }

    public override string ToString() => IsToken ? $"{User.Text}!{TokenName}" : User.Text;

    public static bool operator <(Authid left, Authid right) => left.CompareTo(right) < 0;

    public static bool operator >(Authid left, Authid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Authid left, Authid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Authid left, Authid right) => left.CompareTo(right) >= 0;
}
