using System.Globalization;
using System.Net;
using System.Text;

namespace PbsModule.Core.Administration;

/// <summary>
/// Puts a page together. Whatever is not markup of the page itself goes through <see cref="Text"/> and is escaped.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Markup as it is written in the code.</summary>
    public HtmlText Markup(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Text of any origin.</summary>
    public HtmlText Text(string? text)
    {
        _text.Append(Escaped(text));
        return this;
    }

    /// <summary>An element that holds text alone.</summary>
    public HtmlText Element(string name, string? text, string attributes = "") =>
        Markup(attributes.Length == 0 ? $"<{name}>" : $"<{name} {attributes}>").Text(text).Markup($"</{name}>");

    public override string ToString() => _text.ToString();

    /// <summary>
    /// Text for an element or an attribute in quotes. Control characters, which no page may hold, become U+FFFD, and so
    /// do those that turn the direction of writing, and with it how the words behind them read.
    /// </summary>
    public static string Escaped(string? text) =>
        WebUtility.HtmlEncode(string.Concat((text ?? "").Select(character =>
            IsHidden(character) ? '\uFFFD' : character)));

    private static bool IsHidden(char character) => character is not '\n' and not '\t'
        && (char.IsControl(character)
            || character is '\u061C'
                or '\u200E'
                or '\u200F'
                or (>= '\u202A' and <= '\u202E')
                or (>= '\u2066' and <= '\u2069'));

    /// <summary>A number for an attribute.</summary>
    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
