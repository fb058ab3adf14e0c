using System.Buffers;
using System.Numerics;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// A pattern for file names in PowerShell's wildcards: <c>*</c>, <c>?</c>, <c>[a-f_]</c>, and <c>`</c> before what is
/// meant as it is. It is compared with the bytes of a name where these are plain ASCII, else with the name as
/// <see cref="EscapedName"/> shows it; nothing is allocated for a name. Immutable, for any number of threads.
/// </summary>
public sealed class WildcardName
{
    private readonly WildcardPart[] _parts;
    private readonly bool _ignoreCase;

    // Nearly all patterns are a text with or without stars around it; the ASCII ones of these need no more than a
    // comparison.
    private readonly byte[]? _text;
    private readonly bool _starBefore;
    private readonly bool _starBehind;

    /// <param name="pattern">The pattern.</param>
    /// <param name="ignoreCase">Whether letters match in either case, by the rules of no culture.</param>
    /// <exception cref="PbsArgumentException">A '[' without its ']', or a range that is the wrong way
    /// round.</exception>
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

    /// <summary>Whether a name fits the pattern.</summary>
    public bool Matches(ReadOnlySpan<byte> name)
    {
        if (EscapedName.IsPlain(name)) return MatchesPlain(name);
        char[] text = ArrayPool<char>.Shared.Rent(name.Length * EscapedName.MaxExpansion);
        bool matches = Matches<char>(text.AsSpan(0, EscapedName.Format(name, text)));
        ArrayPool<char>.Shared.Return(text);
        return matches;
    }

    /// <summary>Whether a name as it is shown fits the pattern.</summary>
    public bool Matches(ReadOnlySpan<char> name) => Matches<char>(name);

    /// <summary>As <see cref="Matches(ReadOnlySpan{byte})"/>, for what is known to be shown as it is.</summary>
    internal bool MatchesPlain(ReadOnlySpan<byte> name) => _text is null ? Matches<byte>(name) : MatchesText(name);

    /// <summary>Another pattern that takes letters as this one does.</summary>
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
    /// Only the last star is tried again, so no pattern takes longer than its length times that of the name.
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
