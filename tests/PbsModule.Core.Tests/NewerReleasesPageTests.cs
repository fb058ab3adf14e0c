using System.Reflection;
using System.Text.RegularExpressions;

namespace PbsModule.Core.Tests;

/// <summary>docs/conformance-newer.md names, beside each change of a release after 3.2.4, the tests of it.</summary>
public sealed partial class NewerReleasesPageTests
{
    private static string Page { get; } =
        File.ReadAllText(Path.Combine(Corpus.RepositoryRoot, "docs", "conformance-newer.md"));

    [Fact]
    public void Every_test_that_the_page_names_is_a_test()
    {
        MatchCollection named = TestName().Matches(Page);
        Assert.NotEmpty(named);
        Assert.Empty(named.Where(name => !IsTest(name.Groups[1].Value, name.Groups[2].Value)).Select(name => name.Value));
    }

    [Fact]
    public void Every_row_has_a_test_or_a_reason() => Assert.All(
        Page.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)),
        line =>
        {
            string[] cells = line.Split('|', StringSplitOptions.TrimEntries);
            Assert.Equal(5, cells.Length);
            Assert.NotEmpty(cells[1]);
            Assert.NotEmpty(cells[3]);
        });

    private static bool IsTest(string type, string method)
    {
        const BindingFlags any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        MethodInfo? found = typeof(NewerReleasesPageTests).Assembly.GetType($"PbsModule.Core.Tests.{type}")?.GetMethod(method, any);
        return found is not null && found.IsDefined(typeof(FactAttribute), inherit: true);
    }

    [GeneratedRegex(@"`(\w+)\.(\w+)`")]
    private static partial Regex TestName();
}
