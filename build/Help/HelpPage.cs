namespace PbsModule.Help;

/// <summary>The page of one cmdlet.</summary>
/// <param name="Name">The cmdlet.</param>
/// <param name="Synopsis">What it does, in a sentence.</param>
/// <param name="Description">Paragraphs.</param>
/// <param name="Syntax">One for each parameter set.</param>
/// <param name="Parameters">In the order of the page.</param>
/// <param name="Examples">In the order of the page.</param>
/// <param name="Inputs">Types that are taken from the pipeline.</param>
/// <param name="Outputs">Types that are written.</param>
/// <param name="Notes">Paragraphs.</param>
/// <param name="Links">Names of related cmdlets and topics; the address where it is one of the web.</param>
/// <param name="OnlineUri">The address of the page on the web.</param>
internal sealed record HelpPage(
    string Name,
    string Synopsis,
    IReadOnlyList<string> Description,
    IReadOnlyList<HelpSyntax> Syntax,
    IReadOnlyList<HelpParameter> Parameters,
    IReadOnlyList<HelpExample> Examples,
    IReadOnlyList<HelpType> Inputs,
    IReadOnlyList<HelpType> Outputs,
    IReadOnlyList<string> Notes,
    IReadOnlyList<string> Links,
    string OnlineUri);

/// <summary>The parameters of one set, in the order in which they are shown.</summary>
internal sealed record HelpSyntax(string Set, IReadOnlyList<string> Parameters);

/// <summary>One parameter with what each set says about it.</summary>
internal sealed record HelpParameter(
    string Name,
    IReadOnlyList<string> Description,
    string Type,
    string Default,
    bool SupportsWildcards,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<HelpParameterSet> Sets)
{
    /// <summary>What a set says about the parameter.</summary>
    /// <exception cref="InvalidDataException">Nothing: the page contradicts itself.</exception>
    public HelpParameterSet In(string set) =>
        Sets.FirstOrDefault(s => s.Name == set) ?? Sets.FirstOrDefault(s => s.Name == HelpParameterSet.All)
        ?? throw new InvalidDataException($"-{Name} is in the syntax of {set}, but its section does not name that set");
}

/// <summary>How a parameter binds in one set.</summary>
internal sealed record HelpParameterSet(
    string Name,
    string Position,
    bool IsRequired,
    bool ByValue,
    bool ByPropertyName)
{
    public const string All = "(All)";
}

/// <summary>An example: a title, lines of code, remarks.</summary>
internal sealed record HelpExample(string Title, string Code, IReadOnlyList<string> Remarks);

/// <summary>A type with what is said about it.</summary>
internal sealed record HelpType(string Name, IReadOnlyList<string> Description);
