namespace PbsModule.Core.Features.Listing;

/// <summary>
/// A condition on a name. The caller owns the pattern language (PowerShell's wildcards), so the engine gets a
/// predicate. It also gets the literal, if there is one, which can be looked up instead of searched for.
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

    /// <summary>The pattern as given.</summary>
    public string Text { get; }

    /// <summary>True if only <see cref="Text"/> itself matches.</summary>
    public bool IsLiteral { get; }

    /// <summary>Makes a filter that matches exactly this name, compared byte by byte as PBS does.</summary>
    public static NameFilter Literal(string name) =>
        new(name, true, candidate => string.Equals(candidate, name, StringComparison.Ordinal));

    public static NameFilter Pattern(string text, Func<string, bool> matches) => new(text, false, matches);

    public bool Matches(string name) => _matches(name);

    public override string ToString() => Text;
}
