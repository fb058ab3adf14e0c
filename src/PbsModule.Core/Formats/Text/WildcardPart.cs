using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Text;

internal enum WildcardKind
{
    Character,

    /// <summary>Any one character.</summary>
    Any,

    /// <summary>Any number of characters, including none.</summary>
    AnyRun,

    /// <summary>One of several characters.</summary>
    Set,
}

/// <summary>A part of a <see cref="WildcardName"/>.</summary>
/// <param name="Kind">The kind of the part.</param>
/// <param name="Character">The character, in lower case if case is ignored.</param>
/// <param name="Ranges">For a set, the first and last character of each range, alternately.</param>
internal readonly record struct WildcardPart(WildcardKind Kind, char Character, string? Ranges)
{
    private const char Escape = '`';

    public bool Matches(char character, bool ignoreCase) => Kind switch
    {
        WildcardKind.Character =>
            character == Character || (ignoreCase && char.ToLowerInvariant(character) == Character),
        WildcardKind.Set =>
            IsInSet(character)
                || (ignoreCase
                    && (IsInSet(char.ToLowerInvariant(character)) || IsInSet(char.ToUpperInvariant(character)))),
        _ => true,
    };

    /// <exception cref="PbsArgumentException">See <see cref="WildcardName(string, bool)"/>.</exception>
    public static WildcardPart[] Parse(string pattern, bool ignoreCase)
    {
        List<WildcardPart> parts = [];
        for (int at = 0; at < pattern.Length; at++)
        {
            char character = pattern[at];
            switch (character)
            {
                case '*':
                    if (parts is not [.., { Kind: WildcardKind.AnyRun }])
                    {
                        parts.Add(new WildcardPart(WildcardKind.AnyRun, '\0', null));
                    }

                    continue;
                case '?':
                    parts.Add(new WildcardPart(WildcardKind.Any, '\0', null));
                    continue;
                case '[':
                    parts.Add(new WildcardPart(WildcardKind.Set, '\0', SetAt(pattern, ref at)));
                    continue;
                case Escape when at + 1 < pattern.Length:
                    character = pattern[++at];
                    break;
            }

            parts.Add(new WildcardPart(WildcardKind.Character, ignoreCase
                ? char.ToLowerInvariant(character)
                : character, null));
        }

        return [.. parts];
    }

    /// <summary>Reads a set from its '[' to its ']'. The first ']' that is not escaped ends it.</summary>
    private static string SetAt(string pattern, ref int at)
    {
        List<(char Character, bool IsDash)> content = [];
        for (at++; at < pattern.Length && pattern[at] != ']'; at++)
        {
            bool isEscaped = pattern[at] == Escape && at + 1 < pattern.Length;
            if (isEscaped) at++;
            content.Add((pattern[at], pattern[at] == '-' && !isEscaped));
        }

        if (at == pattern.Length) throw Invalid(pattern);
        var ranges = new System.Text.StringBuilder();
        for (int i = 0; i < content.Count; i++)
        {
            bool isRange = i + 2 < content.Count && content[i + 1].IsDash;
            char last = content[isRange ? i + 2 : i].Character;
            if (last < content[i].Character) throw Invalid(pattern);
            ranges.Append(content[i].Character).Append(last);
            if (isRange) i += 2;
        }

        return ranges.ToString();
    }

    private bool IsInSet(char character)
    {
        for (int i = 0; i < Ranges!.Length; i += 2)
        {
            if (character >= Ranges[i] && character <= Ranges[i + 1]) return true;
        }

        return false;
    }

    private static PbsArgumentException Invalid(string pattern) =>
        new(
            PbsErrorId.PatternInvalid,
            $"'{pattern}' is not a pattern: a '[' needs its ']', and a range goes from the lower to the higher "
                + "character",
            pattern);
}
