using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PbsModule.Help;

/// <summary>Writes pages as MAML, the format in which Get-Help reads the help of binary cmdlets.</summary>
internal static class MamlFile
{
    private static readonly XNamespace Msh = "http://msh";
    private static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    public static void Write(string file, IEnumerable<HelpPage> pages)
    {
        var root = new XElement(
            Msh + "helpItems",
            new XAttribute("schema", "maml"),
            new XAttribute(XNamespace.Xmlns + "maml", Maml),
            new XAttribute(XNamespace.Xmlns + "command", Command),
            new XAttribute(XNamespace.Xmlns + "dev", Dev),
            pages.Select(Page));
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n" };
        using XmlWriter writer = XmlWriter.Create(file, settings);
        root.Save(writer);
    }

    private static XElement Page(HelpPage page)
    {
        string[] words = page.Name.Split('-');
        Dictionary<string, HelpParameter> parameters = page.Parameters.ToDictionary(p => p.Name);
        return new XElement(
            Command + "command",
            new XElement(
                Command + "details",
                new XElement(Command + "name", page.Name),
                new XElement(Command + "verb", words[0]),
                new XElement(Command + "noun", words[1]),
                Description([page.Synopsis])),
            Description(page.Description),
            new XElement(Command + "syntax", page.Syntax.Select(syntax => Syntax(page.Name, syntax, parameters))),
            new XElement(Command + "parameters", page.Parameters.Select(p => Parameter(p, p.Sets[0], isFull: true))),
            new XElement(Command + "inputTypes", page.Inputs.Select(t => Type("inputType", t))),
            new XElement(Command + "returnValues", page.Outputs.Select(t => Type("returnValue", t))),
            new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page.Notes))),
            new XElement(Command + "examples", page.Examples.Select(Example)),
            new XElement(
                Maml + "relatedLinks",
                Link("Online version:", page.OnlineUri),
                page.Links.Select(link => Link(link, ""))));
    }

    private static XElement Syntax(string name, HelpSyntax syntax, Dictionary<string, HelpParameter> parameters) => new(
        Command + "syntaxItem",
        new XElement(Maml + "name", name),
        syntax.Parameters.Select(p => Parameter(parameters[p], parameters[p].In(syntax.Set), isFull: false)));

    private static XElement Parameter(HelpParameter parameter, HelpParameterSet set, bool isFull) => new(
        Command + "parameter",
        new XAttribute("required", set.IsRequired ? "true" : "false"),
        new XAttribute("variableLength", "true"),
        new XAttribute("globbing", parameter.SupportsWildcards ? "true" : "false"),
        new XAttribute("pipelineInput", Pipeline(parameter.Sets)),
        new XAttribute("position", set.Position == "Named" ? "named" : set.Position),
        new XAttribute("aliases", parameter.Aliases.Count > 0 ? string.Join(", ", parameter.Aliases) : "none"),
        new XElement(Maml + "name", parameter.Name),
        isFull ? Description(parameter.Description) : null,
        Value(parameter.Type),
        new XElement(Dev + "type", new XElement(Maml + "name", parameter.Type), new XElement(Maml + "uri")),
        new XElement(Dev + "defaultValue", parameter.Default.Length > 0 ? parameter.Default : "None"));

    // A switch takes no value.
    private static XElement? Value(string type) => type == "SwitchParameter" ? null : new XElement(
        Command + "parameterValue",
        new XAttribute("required", "true"),
        new XAttribute("variableLength", "false"),
        type);

    private static string Pipeline(IReadOnlyList<HelpParameterSet> sets)
    {
        string[] ways =
        [
            .. sets.Any(s => s.ByValue) ? (string[])["ByValue"] : [],
            .. sets.Any(s => s.ByPropertyName) ? (string[])["ByPropertyName"] : [],
        ];
        return ways.Length == 0 ? "False" : $"True ({string.Join(", ", ways)})";
    }

    private static XElement Type(string element, HelpType type) => new(
        Command + element,
        new XElement(Dev + "type", new XElement(Maml + "name", type.Name), new XElement(Maml + "uri")),
        Description(type.Description));

    private static XElement Example(HelpExample example) => new(
        Command + "example",
        new XElement(Maml + "title", $"--------- {example.Title} ---------"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", Paragraphs(example.Remarks)));

    private static XElement Link(string text, string address) => new(
        Maml + "navigationLink", new XElement(Maml + "linkText", text), new XElement(Maml + "uri", address));

    private static XElement Description(IReadOnlyList<string> paragraphs) =>
        new(Maml + "description", Paragraphs(paragraphs));

    private static IEnumerable<XElement> Paragraphs(IReadOnlyList<string> paragraphs) =>
        paragraphs.Select(paragraph => new XElement(Maml + "para", paragraph));
}
