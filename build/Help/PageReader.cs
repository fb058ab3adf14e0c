using System.Text.RegularExpressions;
using Markdig;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace PbsModule.Help;

/// <summary>Reads a page in the format of PlatyPS.</summary>
internal static partial class PageReader
{
    private const int Chapter = 2;
    private const string OnlyBlockOfAll = "__AllParameterSets";

    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UseYamlFrontMatter().Build();

    /// <exception cref="InvalidDataException">A chapter is missing, or contradicts another.</exception>
    public static HelpPage Read(string file)
    {
        MarkdownDocument document = Markdown.Parse(File.ReadAllText(file).ReplaceLineEndings("\n"), Pipeline);
        string name = Path.GetFileNameWithoutExtension(file);
        ILookup<string, Block> chapters = Split(document);
        List<Section> In(string chapter) => [.. Sections(chapters[chapter])];
        try
        {
            return new HelpPage(
                name,
                Paragraphs(chapters["SYNOPSIS"]).First(),
                Paragraphs(chapters["DESCRIPTION"]),
                [.. In("SYNTAX").Select(Syntax)],
                [.. In("PARAMETERS").Where(s => s.Title.StartsWith('-')).Select(Parameter)],
                [.. In("EXAMPLES").Select(Example)],
                [.. In("INPUTS").Select(s => new HelpType(s.Title, Paragraphs(s.Blocks)))],
                [.. In("OUTPUTS").Select(s => new HelpType(s.Title, Paragraphs(s.Blocks)))],
                Paragraphs(chapters["NOTES"]),
                [.. chapters["RELATED LINKS"].SelectMany(b => b.Descendants<LinkInline>()).Select(Text)],
                FrontMatter(document, "HelpUri"));
        }
        catch (Exception e) when (e is InvalidOperationException or InvalidDataException)
        {
            throw new InvalidDataException($"{file}: {e.Message}", e);
        }
    }

    private static ILookup<string, Block> Split(MarkdownDocument document)
    {
        string chapter = "";
        List<(string Chapter, Block Block)> blocks = [];
        foreach (Block block in document)
        {
            if (block is HeadingBlock { Level: <= Chapter } heading) chapter = Text(heading.Inline!);
            else blocks.Add((chapter, block));
        }

        return blocks.ToLookup(b => b.Chapter, b => b.Block);
    }

    private static IEnumerable<Section> Sections(IEnumerable<Block> blocks)
    {
        Section? section = null;
        foreach (Block block in blocks)
        {
            if (block is HeadingBlock heading)
            {
                if (section is not null) yield return section;
                section = new Section(Text(heading.Inline!), []);
            }
            else
            {
                section?.Blocks.Add(block);
            }
        }

        if (section is not null) yield return section;
    }

    private static HelpSyntax Syntax(Section section)
    {
        string set = section.Title.Replace(" (Default)", "", StringComparison.Ordinal);
        string text = Code(section.Blocks.OfType<FencedCodeBlock>().First());
        return new HelpSyntax(
            set == OnlyBlockOfAll ? HelpParameterSet.All : set,
            [.. ParameterName().Matches(text).Select(m => m.Groups[1].Value)]);
    }

    private static HelpParameter Parameter(Section section)
    {
        var facts = new ParameterFacts(Code(section.Blocks.OfType<FencedCodeBlock>().Last()));
        return new HelpParameter(
            section.Title[1..],
            Paragraphs(section.Blocks.Where(b => b is not FencedCodeBlock { Info: "yaml" })),
            facts.Value("Type"),
            facts.Value("DefaultValue"),
            facts.IsTrue("SupportsWildcards"),
            facts.List("Aliases"),
            facts.Sets());
    }

    private static HelpExample Example(Section section)
    {
        IEnumerable<string> code = section.Blocks.OfType<FencedCodeBlock>().Select(Code);
        return new HelpExample(
            section.Title, string.Join("\n\n", code), Paragraphs(section.Blocks.Where(b => b is not FencedCodeBlock)));
    }

    private static List<string> Paragraphs(IEnumerable<Block> blocks) => [.. blocks.SelectMany(Paragraphs)];

    private static IEnumerable<string> Paragraphs(Block block) => block switch
    {
        ParagraphBlock paragraph => [Text(paragraph.Inline!)],
        CodeBlock code => [Code(code)],
        ListBlock list => list.Cast<ListItemBlock>()
            .Select(item => "- " + string.Join(' ', Paragraphs(item.AsEnumerable()))),
        ContainerBlock container => Paragraphs(container.AsEnumerable()),
        _ => [],
    };

    private static string Code(CodeBlock block) => block.Lines.ToString().TrimEnd();

    // Converts to plain text, because a page is shown in a terminal.
    private static string Text(ContainerInline inline) => string.Concat(inline.Select(Text));

    private static string Text(Inline inline) => inline switch
    {
        LiteralInline literal => literal.Content.ToString(),
        CodeInline code => code.Content,
        LineBreakInline => " ",
        HtmlEntityInline entity => entity.Transcoded.ToString(),
        AutolinkInline link => link.Url,
        ContainerInline container => Text(container),
        _ => throw new InvalidDataException($"there is no plain text for {inline.GetType().Name}: {inline}"),
    };

    private static string FrontMatter(MarkdownDocument document, string key)
    {
        YamlFrontMatterBlock block = document.Descendants<YamlFrontMatterBlock>().First();
        return new ParameterFacts(block.Lines.ToString()).Value(key);
    }

    [GeneratedRegex(@"(?<=[\s\[])-(\w+)")]
    private static partial Regex ParameterName();

    /// <summary>The content under one heading.</summary>
    private sealed record Section(string Title, List<Block> Blocks);
}
