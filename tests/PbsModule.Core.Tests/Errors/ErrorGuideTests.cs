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
        IEnumerable<string> ids = typeof(PbsErrorId).GetFields(BindingFlags.Public | BindingFlags.Static).Select(id => (string)id.GetRawConstantValue()!);
        Assert.Equal(ids.Order(StringComparer.Ordinal), All.Select(advice => advice.ErrorId).Order(StringComparer.Ordinal));
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
            advice.Action.Split(' ', ':', ',', ';', '.', '(', ')').Where(word => word.Contains("-Pbs", StringComparison.Ordinal)),
            word => Assert.True(names.Contains(word), $"{advice.ErrorId}: there is no {word}")));
    }

    /// <summary>PBS_WRITE_DOCS=1 writes the topic instead of comparing it.</summary>
    [Fact]
    public void The_topic_says_what_the_code_says()
    {
        if (Environment.GetEnvironmentVariable("PBS_WRITE_DOCS") == "1") File.WriteAllText(Topic, Text());
        Assert.True(File.ReadAllText(Topic).ReplaceLineEndings("\n") == Text(), "docs/about_PbsErrors.md is not what the code says; run this test with PBS_WRITE_DOCS=1");
    }

    private static IEnumerable<ErrorAdvice> All => ErrorGuide.Families.SelectMany(family => family.Advice);

    private static string Text()
    {
        var text = new StringBuilder("""
            # about_PbsErrors

            ## SHORT DESCRIPTION

            Every error of this module: its id, what it means, what to do.

            ## LONG DESCRIPTION

            Errors carry an id that never changes its meaning, so that scripts can tell them apart:

                Get-PbsSnapshot ds1 vm/999/2024-05-01T10:00:00Z -ErrorAction SilentlyContinue -ErrorVariable failed
                $failed[0].FullyQualifiedErrorId          # SnapshotNotFound,PbsModule.Commands.GetPbsSnapshotCommand
                $failed[0].CategoryInfo.Category          # ObjectNotFound
                $failed[0].TargetObject                   # what it is about
                $failed[0].ErrorDetails.RecommendedAction # what to do

            What concerns one of many things is an error of that thing, and the others go on; -ErrorAction Stop ends at the first one.


            """.ReplaceLineEndings("\n"));
        foreach (ErrorFamily family in ErrorGuide.Families)
        {
            text.Append(CultureInfo.InvariantCulture, $"### {family.Name}\n\n");
            foreach (ErrorAdvice advice in family.Advice.OrderBy(advice => advice.ErrorId, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"    {advice.ErrorId}\n        {advice.Meaning}\n        {advice.Action}\n\n");
            }
        }

        return text.Append("## SEE ALSO\n\nabout_PbsModule, about_PbsSafety, about_PbsAccessControl\n").ToString();
    }
}
