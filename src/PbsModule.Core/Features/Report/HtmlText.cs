using System.Globalization;
using System.Net;
using System.Text;

namespace PbsModule.Core.Features.Report;

/// <summary>
/// Builds an HTML page. All text that is not the page's own markup goes through <see cref="Text"/> and is escaped.
/// </summary>
internal sealed class HtmlText
{
    private readonly StringBuilder _text = new();

    /// <summary>Appends markup unescaped; only for constants and escaped text.</summary>
    public HtmlText Markup(string markup)
    {
        _text.Append(markup);
        return this;
    }

    /// <summary>Appends text of any origin, escaped.</summary>
    public HtmlText Text(string? text)
    {
        _text.Append(Escaped(text));
        return this;
    }

    /// <summary>Appends an element that contains only text.</summary>
    public HtmlText Element(string name, string? text, string attributes = "") =>
        Markup(attributes.Length == 0 ? $"<{name}>" : $"<{name} {attributes}>").Text(text).Markup($"</{name}>");

    public override string ToString() => _text.ToString();

    /// <summary>
    /// Escapes text for an element or a quoted attribute. Control characters, which HTML forbids, become U+FFFD. So do
    /// characters that change the direction of writing, because they could disguise the following text.
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

    /// <summary>Formats a number for an attribute.</summary>
    public static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
