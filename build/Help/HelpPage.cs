namespace PbsModule.Help;

/// <summary>The help page of a cmdlet.</summary>
/// <param name="Name">Name of the cmdlet.</param>
/// <param name="Synopsis">One sentence on what the cmdlet does.</param>
/// <param name="Description">Paragraphs of the description.</param>
/// <param name="Syntax">The syntax of each parameter set.</param>
/// <param name="Parameters">Parameters, in the order of the page.</param>
/// <param name="Examples">Examples, in the order of the page.</param>
/// <param name="Inputs">Types accepted from the pipeline.</param>
/// <param name="Outputs">Types written.</param>
/// <param name="Notes">Paragraphs of the notes.</param>
/// <param name="Links">Names of related cmdlets and topics, or web addresses.</param>
/// <param name="OnlineUri">Web address of the page.</param>
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

/// <summary>The parameters of one set, in display order.</summary>
internal sealed record HelpSyntax(string Set, IReadOnlyList<string> Parameters);

/// <summary>A parameter with its properties in each set.</summary>
internal sealed record HelpParameter(
    string Name,
    IReadOnlyList<string> Description,
    string Type,
    string Default,
    bool SupportsWildcards,
    IReadOnlyList<string> Aliases,
    IReadOnlyList<HelpParameterSet> Sets)
{
    /// <summary>Returns the parameter's properties in a set.</summary>
    /// <exception cref="InvalidDataException">
    /// The page contradicts itself: it has no properties for the set.
    /// </exception>
    public HelpParameterSet In(string set) =>
        Sets.FirstOrDefault(s => s.Name == set) ?? Sets.FirstOrDefault(s => s.Name == HelpParameterSet.All)
        ?? throw new InvalidDataException($"-{Name} is in the syntax of {set}, but its section does not name that set");
}

/// <summary>The binding of a parameter in one set.</summary>
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

/// <summary>A type and its description.</summary>
internal sealed record HelpType(string Name, IReadOnlyList<string> Description);
