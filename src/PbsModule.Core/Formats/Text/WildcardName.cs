using System.Buffers;
using System.Numerics;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// A pattern for file names with PowerShell's wildcards: <c>*</c>, <c>?</c>, <c>[a-f_]</c>, and <c>`</c> as escape
/// character. It is compared with the bytes of a name if these are plain ASCII, otherwise with the text of
/// <see cref="EscapedName"/>. Matching allocates nothing. Immutable and thread-safe.
/// </summary>
public sealed class WildcardName
{
    private readonly WildcardPart[] _parts;
    private readonly bool _ignoreCase;

    // Most patterns are a text with or without stars around it. If the text is ASCII, a comparison is sufficient.
    private readonly byte[]? _text;
    private readonly bool _starBefore;
    private readonly bool _starBehind;

    /// <param name="pattern">The pattern.</param>
    /// <param name="ignoreCase">Whether to ignore the case of letters, independently of any culture.</param>
    /// <exception cref="PbsArgumentException">
    /// A '[' has no ']', or a range goes from the higher to the lower character.
    /// </exception>
    public WildcardName(string pattern, bool ignoreCase = true)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        Pattern = pattern;
        _ignoreCase = ignoreCase;
        _parts = WildcardPart.Parse(pattern, ignoreCase);
        ReadOnlySpan<WildcardPart> inner = _parts;
        _starBefore = inner is [{ Kind: WildcardKind.AnyRun }, ..];
        if (_starBefore) inner = inner[1..];
        _starBehind = inner is [.., { Kind: WildcardKind.AnyRun }];
        if (_starBehind) inner = inner[..^1];
        _text = TextOf(inner);
    }

    public string Pattern { get; }

    /// <summary>Whether a name matches the pattern.</summary>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        if (EscapedName.IsPlain(name)) return MatchesPlain(name);
        char[] text = ArrayPool<char>.Shared.Rent(name.Length * EscapedName.MaxExpansion);
        bool matches = Matches<char>(text.AsSpan(0, EscapedName.Format(name, text)));
        ArrayPool<char>.Shared.Return(text);
        return matches;
    }

    /// <summary>Whether a name in its displayed form matches the pattern.</summary>
    public bool Matches(ReadOnlySpan<char> name) => Matches<char>(name);

    /// <summary>
    /// Matches as <see cref="Matches(ReadOnlySpan{byte})"/> does, for a name that is known to be displayed without
    /// change.
    /// </summary>
    internal bool MatchesPlain(ReadOnlySpan<byte> name) => _text is null ? Matches<byte>(name) : MatchesText(name);

    /// <summary>Creates another pattern with the same handling of case.</summary>
    internal WildcardName With(string pattern) => new(pattern, _ignoreCase);

    public override string ToString() => Pattern;

    private bool MatchesText(ReadOnlySpan<byte> name)
    {
        if (name.Length < _text!.Length) return false;
        return (_starBefore, _starBehind) switch
        {
            (false, false) => name.Length == _text.Length && AreEqual(name),
            (true, false) => AreEqual(name[^_text.Length..]),
            (false, true) => AreEqual(name[.._text.Length]),
            _ => Contains(name),
        };
    }

    private bool Contains(ReadOnlySpan<byte> name)
    {
        for (int at = 0; at <= name.Length - _text!.Length; at++)
        {
            if (AreEqual(name.Slice(at, _text.Length))) return true;
        }

        return false;
    }

    private bool AreEqual(ReadOnlySpan<byte> part) =>
        _ignoreCase ? System.Text.Ascii.EqualsIgnoreCase(part, _text) : part.SequenceEqual(_text);

    /// <summary>
    /// Matches a name. Only the last star is tried again, so the time is at most proportional to the length of the
    /// pattern times the length of the name.
    /// </summary>
    private bool Matches<T>(ReadOnlySpan<T> name)
        where T : unmanaged, IBinaryInteger<T>
    {
        int part = 0, at = 0, star = -1, starAt = 0;
        while (at < name.Length)
        {
            if (part < _parts.Length && _parts[part].Kind == WildcardKind.AnyRun)
            {
                star = part++;
                starAt = at;
            }
            else if (part < _parts.Length && _parts[part].Matches((char)uint.CreateTruncating(name[at]), _ignoreCase))
            {
                part++;
                at++;
            }
            else if (star >= 0)
            {
                part = star + 1;
                at = ++starAt;
            }
            else
            {
                return false;
            }
        }

        while (part < _parts.Length && _parts[part].Kind == WildcardKind.AnyRun) part++;
        return part == _parts.Length;
    }

    private static byte[]? TextOf(ReadOnlySpan<WildcardPart> parts)
    {
        byte[] text = new byte[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Kind != WildcardKind.Character || !char.IsAscii(parts[i].Character)) return null;
            text[i] = (byte)parts[i].Character;
        }

        return text;
    }
}
