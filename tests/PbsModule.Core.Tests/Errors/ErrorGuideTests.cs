using System.Globalization;
using System.Reflection;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Errors.Guide;

namespace PbsModule.Core.Tests;

/// <summary>Every error id is explained once, and the help topic about_PbsErrors says what the code says.</summary>
public sealed class ErrorGuideTests
{
    private static readonly string Topic = Path.Combine(Corpus.RepositoryRoot, "docs", "about_PbsErrors.md");

    [Fact]
    public void Every_id_is_explained_once()
    {
        IEnumerable<string> ids = typeof(PbsErrorId).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(id => (string)id.GetRawConstantValue()!);
        Assert.Equal(
            ids.Order(StringComparer.Ordinal), All.Select(advice => advice.ErrorId).Order(StringComparer.Ordinal));
        Assert.All(All, advice =>
        {
            Assert.EndsWith(".", advice.Meaning, StringComparison.Ordinal);
            Assert.EndsWith(".", advice.Action, StringComparison.Ordinal);
            Assert.Same(advice, ErrorGuide.Find(advice.ErrorId));
        });
        Assert.Null(ErrorGuide.Find("NotOurs"));
    }

    [Fact]
    public void Cmdlets_that_are_recommended_exist()
    {
        HashSet<string> names = [.. CmdletCatalog.All.Select(cmdlet => cmdlet.Name)];
        Assert.All(All, advice => Assert.All(
            advice.Action.Split(' ', ':', ',', ';', '.', '(', ')')
                .Where(word => word.Contains("-Pbs", StringComparison.Ordinal)),
            word => Assert.True(names.Contains(word), $"{advice.ErrorId}: there is no {word}")));
    }

    /// <summary>PBS_WRITE_DOCS=1 writes the topic instead of comparing it.</summary>
    [Fact]
    public void The_topic_says_what_the_code_says()
    {
        if (Environment.GetEnvironmentVariable("PBS_WRITE_DOCS") == "1") File.WriteAllText(Topic, Text());
        Assert.True(
            File.ReadAllText(Topic).ReplaceLineEndings("\n") == Text(),
            "docs/about_PbsErrors.md differs from the texts in the code; run this test with PBS_WRITE_DOCS=1");
    }

    private static IEnumerable<ErrorAdvice> All => ErrorGuide.Families.SelectMany(family => family.Advice);

    private static string Text()
    {
        var text = new StringBuilder("""
            # about_PbsErrors

            ## SHORT DESCRIPTION

            Every error id of the module, its meaning, and what to do.

            ## LONG DESCRIPTION

            Every error has an id. The meaning of an id never changes, so scripts can rely on it:

                Get-PbsSnapshot ds1 vm/999/2024-05-01T10:00:00Z -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed[0].FullyQualifiedErrorId          # SnapshotNotFound,PbsModule.Commands.GetPbsSnapshotCommand
                $failed[0].CategoryInfo.Category          # ObjectNotFound
                $failed[0].TargetObject                   # the item with the error
                $failed[0].ErrorDetails.RecommendedAction # what to do

            If one of several items fails, the error names that item and the command continues with the others. With
            -ErrorAction Stop, the command ends at the first error.

            The following lists give the meaning of each id, and below it the recommended action.


            """.ReplaceLineEndings("\n"));
        foreach (ErrorFamily family in ErrorGuide.Families)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {family.Name}\n\n");
            foreach (ErrorAdvice advice in family.Advice.OrderBy(advice => advice.ErrorId, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {advice.ErrorId}\n");
                text.Append(Wrapped(advice.Meaning)).Append(Wrapped(advice.Action)).Append('\n');
            }
        }

        return text.Append("## SEE ALSO\n\nabout_PbsModule, about_PbsSafety, about_PbsAccessControl\n").ToString();
    }

    /// <summary>Indents a text and wraps it at 120 columns.</summary>
    private static string Wrapped(string text)
    {
        const int width = 120;
        const string indent = "        ";
        var lines = new StringBuilder();
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                lines.Append(line).Append('\n');
                line = "";
            }

            line += (line.Length > 0 ? " " : indent) + word;
        }

        return lines.Append(line).Append('\n').ToString();
    }
}
