using System.Text.RegularExpressions;
using PbsModule.Abstractions;

namespace PbsModule.Core.Tests;

/// <summary>No error advises what the cmdlet that gives it cannot do: every text against every cmdlet.</summary>
public sealed partial class RecommendationTests
{
    private static readonly string[] Texts = [.. ErrorGuide.Families.SelectMany(family => family.Advice).Select(advice => advice.Action), .. Literals()];

    // What belongs to commands of PowerShell, or to New-PSDrive.
    private static readonly string[] ForeignCommands = ["Read-Host", "Where-Object", "New-PSDrive", "Get-ChildItem"];

    [Fact]
    public void The_texts_in_the_code_are_found()
    {
        Assert.Contains("Name one with -Archive.", Texts);
        Assert.InRange(Literals().Count(), 30, 500);
    }

    [Fact]
    public void Cmdlets_that_are_named_exist() =>
        Assert.All(Texts, text => Assert.All(Recommendation.CommandsIn(text).Except(ForeignCommands), name => Assert.Contains(CmdletCatalog.All, cmdlet => cmdlet.Name == name)));

    [Fact]
    public void Parameters_exist_on_the_cmdlet_they_are_named_for_or_on_some_cmdlet()
    {
        Assert.All(Texts, text => Assert.All(Recommendation.ParametersIn(text).Where(named => !ForeignCommands.Contains(named.Command)), named =>
        {
            IEnumerable<CmdletFacts> cmdlets = CmdletCatalog.All.Where(cmdlet => named.Command is null || cmdlet.Name == named.Command);
            Assert.True(cmdlets.Any(cmdlet => Has(cmdlet, named.Parameter)) || named is { Command: null, Parameter: "Root" }, $"'{text}': -{named.Parameter} of {named.Command ?? "any cmdlet"}");
        }));
    }

    [Fact]
    public void No_cmdlet_advises_a_parameter_that_it_does_not_have() => Assert.All(CmdletCatalog.All, cmdlet => Assert.All(Texts, text =>
    {
        string fitted = Recommendation.Fit(text, name => Has(cmdlet, name));
        Assert.All(Recommendation.ParametersIn(fitted).Where(named => named.Command is null), named => Assert.True(Has(cmdlet, named.Parameter), $"{cmdlet}: '{fitted}'"));
        if (Recommendation.ParametersIn(text).All(named => named.Command is not null || Has(cmdlet, named.Parameter))) Assert.Equal(text, fitted);
        Assert.Matches(@"^$|^[A-Z{.0-9-].*$|^apt ", fitted);
    }));

    [Theory]
    [InlineData("Name another one, or replace it with -Force.", "", "Name another one.")]
    [InlineData("Name another one, or replace it with -Force.", "Force", "Name another one, or replace it with -Force.")]
    [InlineData("Replace it with -Force, or name another file.", "", "Name another file.")]
    [InlineData("Give the key with -KeyFile.", "", "")]
    [InlineData("Use -Overwrite to replace it, or -NoClobber to keep it.", "NoClobber", "-NoClobber to keep it.")]
    [InlineData("Wait for its backup, or take another. Where it was lost: -AllowMissingManifest goes without it.", "", "Wait for its backup, or take another.")]
    [InlineData("Run Connect-PbsServer first; -ConfigRoot takes a copy, too.", "", "Run Connect-PbsServer first; -ConfigRoot takes a copy, too.")]
    [InlineData("Take the newest: Get-PbsSnapshot ... -Latest 1 | Expand-PbsArchive ...; -NoClobber puts it there.", "", "Take the newest: Get-PbsSnapshot ... -Latest 1 | Expand-PbsArchive ...; -NoClobber puts it there.")]
    [InlineData("Give it with -KeyPassword (Read-Host -AsSecureString).", "KeyPassword", "Give it with -KeyPassword (Read-Host -AsSecureString).")]
    [InlineData("Run it on the server; or -Force, when nothing else works on it; or wait.", "", "Run it on the server; or wait.")]
    public void What_a_cmdlet_cannot_do_is_left_out(string action, string parameters, string expected) =>
        Assert.Equal(expected, Recommendation.Fit(action, name => parameters.Split(' ').Contains(name)));

    private static bool Has(CmdletFacts cmdlet, string name) =>
        cmdlet.Parameters.Any(parameter => parameter.Name == name || parameter.Aliases.Contains(name)) || (cmdlet.SupportsShouldProcess && name is "Confirm" or "WhatIf");

    private static IEnumerable<string> Literals()
    {
        foreach (string file in Directory.GetFiles(Path.Combine(Corpus.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)) continue;
            foreach (Match assignment in Assignment().Matches(File.ReadAllText(file)))
            {
                foreach (Match literal in Literal().Matches(assignment.Value)) yield return literal.Groups[1].Value;
            }
        }
    }

    [GeneratedRegex(@"(RecommendedAction =|HowToGiveKey =).*?[;,}]\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Assignment();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Literal();
}
