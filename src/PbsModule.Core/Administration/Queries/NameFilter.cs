namespace PbsModule.Core.Administration;

/// <summary>
/// What a name has to look like. The language of patterns belongs to the caller (wildcards are PowerShell's), so the
/// engine gets a predicate, and the literal where there is one: it may be looked up instead of searched for.
/// </summary>
public sealed class NameFilter
{
    private readonly Func<string, bool> _matches;

    private NameFilter(string text, bool isLiteral, Func<string, bool> matches)
    {
        Text = text;
        IsLiteral = isLiteral;
        _matches = matches;
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>True when exactly <see cref="Text"/> is meant.</summary>
    public bool IsLiteral { get; }

    /// <summary>Exactly this name, compared as PBS compares: byte-wise.</summary>
    public static NameFilter Literal(string name) =>
        new(name, true, candidate => string.Equals(candidate, name, StringComparison.Ordinal));

    public static NameFilter Pattern(string text, Func<string, bool> matches) => new(text, false, matches);

    public bool Matches(string name) => _matches(name);

    public override string ToString() => Text;
}
