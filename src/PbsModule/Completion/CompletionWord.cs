using System.Buffers;
using System.Management.Automation;
using System.Management.Automation.Language;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>The word to complete: removes its quotes, and restores them around the result.</summary>
internal readonly struct CompletionWord
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" \t$`'\"(){};,|&<>");

    private readonly char _quote;

    public CompletionWord(string typed)
    {
        _quote = typed.Length > 0 && typed[0] is '\'' or '"' ? typed[0] : '\0';
        Text = _quote == '\0' ? typed : typed[1..].TrimEnd(_quote);
        if (_quote == '\'') Text = Text.Replace("''", "'", StringComparison.Ordinal);
    }

    public string Text { get; }

    public CompletionResult Result(Candidate candidate) =>
        new(
            Quote(candidate.Text),
            candidate.Text.Length == 0 ? "''" : DisplayText.Plain(candidate.Text),
            CompletionResultType.ParameterValue,
            DisplayText.Plain(candidate.ToolTip.Length == 0 ? candidate.Text : candidate.ToolTip));

    private string Quote(string text)
    {
        if (_quote == '"' && text.IndexOfAny(['$', '`', '"']) < 0) return $"\"{text}\"";
        bool needed = _quote != '\0'
            || text.Length == 0
            || text[0] is '@' or '#' or '-'
            || text.AsSpan().IndexOfAny(NeedsQuotes) >= 0;
        return needed ? $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'" : text;
    }
}
