using System.Management.Automation;
using System.Text;
using System.Text.RegularExpressions;

namespace PbsModule.Presentation;

/// <summary>
/// Adapts advice to the cmdlet that gives it. A parameter that follows a cmdlet's name in the same sentence belongs to
/// that cmdlet. All others belong to the current cmdlet; parts of a sentence that name a parameter it does not have are
/// removed.
/// </summary>
internal static partial class Recommendation
{
    private const string CommandGroup = "command", ParameterGroup = "parameter";

    /// <summary>Adapts the advice of an error record.</summary>
    /// <param name="record">The record; its advice is replaced.</param>
    /// <param name="command">
    /// The command that writes the record; null if unknown, in which case nothing is changed.
    /// </param>
    public static ErrorRecord Fit(ErrorRecord record, CommandInfo? command)
    {
        if (command is not null) Fit(record, ParametersOf(command));
        return record;
    }

    /// <summary>Adapts the advice of an error record.</summary>
    /// <param name="record">The record; its advice is replaced.</param>
    /// <param name="parameters">Names and aliases of the parameters of the command that writes the record.</param>
    public static ErrorRecord Fit(ErrorRecord record, IReadOnlySet<string> parameters)
    {
        if (record.ErrorDetails?.RecommendedAction is { } action)
        {
            record.ErrorDetails.RecommendedAction = Fit(action, parameters.Contains);
        }

        return record;
    }

    /// <summary>Returns the names and aliases of a command's parameters.</summary>
    public static IReadOnlySet<string> ParametersOf(CommandInfo command) =>
        command.Parameters.Values
            .SelectMany(parameter => parameter.Aliases.Append(parameter.Name))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Returns the advice that a cmdlet can follow; empty if there is none.</summary>
    /// <param name="action">The advice, as sentences.</param>
    /// <param name="has">Whether the cmdlet has a parameter.</param>
    public static string Fit(string action, Func<string, bool> has) =>
        string.Join(
            ' ',
            SentenceEnd().Split(action).Select(sentence => FitSentence(sentence, has))
                .Where(sentence => sentence.Length > 0));

    /// <summary>Returns the parameters named in an advice, each with its cmdlet; null for the current cmdlet.</summary>
    public static IEnumerable<(string? Command, string Parameter)> ParametersIn(string action) =>
        SentenceEnd().Split(action).SelectMany(Named).Select(named => (named.Command, named.Parameter));

    /// <summary>Returns the cmdlets named in an advice.</summary>
    public static IEnumerable<string> CommandsIn(string action) =>
        Names().Matches(action).Where(match => match.Groups[CommandGroup].Success).Select(match => match.Value);

    private static string FitSentence(string sentence, Func<string, bool> has)
    {
        int[] missing =
            [.. Named(sentence).Where(named => named.Command is null && !has(named.Parameter)).Select(named =>
                named.At)];
        if (missing.Length == 0) return sentence;
        var kept = new StringBuilder();
        int start = 0;
        foreach (Match between in Between().Matches(sentence).Append(Match.Empty))
        {
            int end = between.Success ? between.Index : sentence.Length;
            if (!missing.Any(at => at >= start && at < end))
            {
                if (kept.Length > 0) kept.Append(SeparatorBefore(sentence, start));
                kept.Append(sentence, start, end - start);
            }

            start = end + between.Length;
        }

        if (kept.Length == 0) return "";
        kept[0] = char.ToUpperInvariant(kept[0]);
        return kept[^1] == '.' ? kept.ToString() : kept.Append('.').ToString();
    }

    private static string SeparatorBefore(string sentence, int start) =>
        Between().Matches(sentence).Last(between => between.Index + between.Length == start).Value;

    private static IEnumerable<(string? Command, string Parameter, int At)> Named(string sentence)
    {
        string? command = null;
        foreach (Match match in Names().Matches(sentence))
        {
            if (match.Groups[CommandGroup].Success) command = match.Value;
            else yield return (command, match.Groups[ParameterGroup].Value, match.Index);
        }
    }

    [GeneratedRegex(@"(?<=[^.]\.)\s+(?=[A-Z-])")]
    private static partial Regex SentenceEnd();

    /// <summary>Separators between parts of a sentence that are each an advice.</summary>
    [GeneratedRegex(", or |; or |; ")]
    private static partial Regex Between();

    [GeneratedRegex($@"\b(?<{CommandGroup}>[A-Z][a-z]+-[A-Z][A-Za-z]+)|(?<![\w-])-(?<{ParameterGroup}>[A-Z][A-Za-z]+)")]
    private static partial Regex Names();
}
