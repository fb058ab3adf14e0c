namespace PbsModule.Core.Tests;

/// <summary>
/// Runs tests/Pester in a real PowerShell: one test for each file, and one that reports what was skipped.
/// </summary>
public sealed class PesterSuite(PesterRun run) : IClassFixture<PesterRun>
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(PesterRun.Folder, "*.Tests.ps1")
            .Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Files))]
    public async Task Passes(string file)
    {
        PesterFile result = await run.Result(file);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{result.Passed} passed, {result.Failed} failed, {result.Skipped.Length} skipped, {result.Seconds:0.0} s");
        Assert.True(result.Failed == 0, string.Join("\n\n", result.Failures));
        Assert.True(result.Passed > 0, $"{file} has no test that ran");
    }

    [Fact]
    public async Task Nothing_is_skipped()
    {
        string[] skipped =
            [.. (await run.All()).SelectMany(file => file.Skipped.Select(reason => $"{file.Name}: {reason}"))];
        if (skipped.Length > 0) Skip.Because(string.Join("\n", skipped));
    }
}
