using System.Text.RegularExpressions;
using PbsModule.Core.Errors.Guide;
using PbsModule.Presentation;

namespace PbsModule.Core.Tests;

/// <summary>No error advises what the cmdlet that gives it cannot do: every text against every cmdlet.</summary>
public sealed partial class RecommendationTests
{
    private static readonly string[] Texts =
        [.. ErrorGuide.Families.SelectMany(family => family.Advice).Select(advice => advice.Action), .. Literals()];

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
        Assert.All(
            Texts,
            text =>
                Assert.All(
                    Recommendation.CommandsIn(text).Except(ForeignCommands),
                    name => Assert.Contains(CmdletCatalog.All, cmdlet => cmdlet.Name == name)));

    [Fact]
    public void Parameters_exist_on_the_cmdlet_they_are_named_for_or_on_some_cmdlet()
    {
        foreach (string text in Texts)
        {
            foreach ((string? command, string parameter) in Recommendation.ParametersIn(text))
            {
                // New-PSDrive has -Root.
                if (ForeignCommands.Contains(command) || (command is null && parameter == "Root")) continue;
                bool exists = CmdletCatalog.All
                    .Any(cmdlet => (command ?? cmdlet.Name) == cmdlet.Name && Has(cmdlet, parameter));
                Assert.True(exists, $"'{text}': -{parameter} of {command ?? "any cmdlet"}");
            }
        }
    }

    [Fact]
    public void No_cmdlet_advises_a_parameter_that_it_does_not_have()
    {
        foreach (CmdletFacts cmdlet in CmdletCatalog.All)
        {
            foreach (string text in Texts)
            {
                string fitted = Recommendation.Fit(text, name => Has(cmdlet, name));
                Assert.Equal([], Recommendation.ParametersIn(fitted).Where(named => IsMissing(cmdlet, named)));
                bool isCut = Recommendation.ParametersIn(text).Any(named => IsMissing(cmdlet, named));
                if (isCut) Assert.Matches("^$|^[A-Z-].*[.]$", fitted);
                else Assert.Equal(text, fitted);
            }
        }
    }

    [Theory]
    [InlineData("Name another one, or replace it with -Force.", "", "Name another one.")]
    [InlineData("Name one, or replace it with -Force.", "Force", "Name one, or replace it with -Force.")]
    [InlineData("Replace it with -Force, or name another file.", "", "Name another file.")]
    [InlineData("Give the key with -KeyFile.", "", "")]
    [InlineData("Use -Overwrite to replace it, or -NoClobber to keep it.", "NoClobber", "-NoClobber to keep it.")]
    [InlineData("Wait for it, or not. Where it was lost: -AllowMissingManifest.", "", "Wait for it, or not.")]
    [InlineData("Run it there; or -Force, when nothing else does; or wait.", "", "Run it there; or wait.")]
    public void What_a_cmdlet_cannot_do_is_left_out(string action, string parameters, string expected) =>
        Assert.Equal(expected, Recommendation.Fit(action, name => parameters.Split(' ').Contains(name)));

    [Theory]
    [InlineData("Run Connect-PbsServer first; -ConfigRoot takes a copy, too.")]
    [InlineData("Take it: Get-PbsSnapshot ... -Latest 1 | Expand-PbsArchive ...; -NoClobber puts it there.")]
    [InlineData("Give it (Read-Host -AsSecureString).")]
    public void What_another_command_does_stays(string action) =>
        Assert.Equal(action, Recommendation.Fit(action, _ => false));

    private static bool IsMissing(CmdletFacts cmdlet, (string? Command, string Parameter) named) =>
        named.Command is null && !Has(cmdlet, named.Parameter);

    private static bool Has(CmdletFacts cmdlet, string name) =>
        cmdlet.Parameters.Any(parameter => parameter.Name == name || parameter.Aliases.Contains(name))
            || (cmdlet.SupportsShouldProcess && name is "Confirm" or "WhatIf");

    private static IEnumerable<string> Literals()
    {
        string folder = Path.Combine(Corpus.RepositoryRoot, "src");
        string objects = $"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}";
        foreach (string file in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains(objects, StringComparison.Ordinal)) continue;

            foreach (Match assignment in Assignment().Matches(File.ReadAllText(file)))
            {
                foreach (Match literal in Literal().Matches(assignment.Value)) yield return literal.Groups[1].Value;
            }
        }
    }

    [GeneratedRegex(
        @"(RecommendedAction =|HowToGiveKey =).*?[;,}]\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Assignment();

    [GeneratedRegex("\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Literal();
}
