using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>What every cmdlet promises, checked without a PowerShell: names, shapes, vocabulary, pages, exports.</summary>
public sealed partial class ContractTests
{
    // Verbs of cmdlets that look and never change anything outside of the session.
    private static readonly HashSet<string> ReadingVerbs =
        ["Get", "Find", "Test", "Measure", "Compare", "Show", "Wait", "Connect", "Disconnect", "Import"];

    private static readonly string[] KeyParameters = ["Datastore", "Namespace", "BackupType", "BackupId", "BackupTime"];

    public static TheoryData<string> Cmdlets => [.. CmdletCatalog.All.Select(c => c.Name)];

    private static CmdletFacts Find(string name) => CmdletCatalog.All.Single(c => c.Name == name);

    [Fact]
    public void There_are_cmdlets() => Assert.Contains(CmdletCatalog.All, c => c.Name == "Get-PbsSnapshot");

    [Theory, MemberData(nameof(Cmdlets))]
    public void Verb_is_approved_and_noun_is_singular_Pbs(string name)
    {
        CmdletFacts cmdlet = Find(name);
        IEnumerable<string> approved = typeof(VerbsCommon).Assembly.GetTypes()
            .Where(t => t.Name.StartsWith("Verbs", StringComparison.Ordinal) && t.IsAbstract && t.IsSealed)
            .SelectMany(t => t.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => (string)f.GetRawConstantValue()!);
        Assert.Contains(cmdlet.Verb, approved);
        Assert.Matches("^Pbs[A-Z][A-Za-z]+$", cmdlet.Noun);
        Assert.DoesNotMatch("[^su]s$", cmdlet.Noun);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Class_is_sealed_and_named_after_the_cmdlet(string name)
    {
        CmdletFacts cmdlet = Find(name);
        Assert.Equal($"{cmdlet.Verb}{cmdlet.Noun}Command", cmdlet.Type.Name);
        Assert.Equal("PbsModule.Commands", cmdlet.Type.Namespace);
        Assert.True(cmdlet.Type.IsSealed && cmdlet.Type.IsPublic);
        Assert.True(cmdlet.Type.IsSubclassOf(typeof(PbsCmdlet)));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Output_is_typed(string name)
    {
        CmdletFacts cmdlet = Find(name);
        Assert.True(cmdlet.OutputTypes.Count > 0 || cmdlet.Verb is "Disconnect" or "Remove", $"{name} has no OutputType");
        Assert.DoesNotContain(typeof(object), cmdlet.OutputTypes);
        Assert.DoesNotContain(typeof(PSObject), cmdlet.OutputTypes);
        if (cmdlet.Verb != "Test") return;

        // An object is always true in an if; it comes only where it is asked for.
        Assert.Equal(typeof(bool), cmdlet.OutputTypes[0]);
        Assert.True(cmdlet.OutputTypes.Count == 1 || cmdlet.Type.GetProperty("Detailed")?.PropertyType == typeof(SwitchParameter));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Mutations_and_only_they_support_ShouldProcess(string name)
    {
        CmdletFacts cmdlet = Find(name);
        Assert.Equal(!ReadingVerbs.Contains(cmdlet.Verb), cmdlet.SupportsShouldProcess);
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Parameters_follow_the_vocabulary(string name)
    {
        CmdletFacts cmdlet = Find(name);
        string[] reserved = ["Confirm", "WhatIf", "Verbose", "Debug", "ErrorAction", "WarningAction", "ErrorVariable", "OutVariable", "OutBuffer", "PipelineVariable", "ProgressAction"];
        foreach (ParameterFacts parameter in cmdlet.Parameters)
        {
            Assert.DoesNotContain(parameter.Name, reserved);
            Assert.Matches("^[A-Z][A-Za-z]+$", parameter.Name);
            Assert.NotEqual(typeof(bool), parameter.Type);
            Assert.All(parameter.Declarations.Where(d => CmdletCatalog.Named<bool>(d, "Mandatory")),
                d => Assert.False(string.IsNullOrEmpty(CmdletCatalog.Named<string>(d, "HelpMessage")), $"{name} -{parameter} is mandatory and has no HelpMessage"));
            if (parameter.Name is "Recurse" or "Force" or "PassThru") Assert.Equal(typeof(SwitchParameter), parameter.Type);
        }

        if (cmdlet.Parameter("Recurse") is not null) Assert.Equal(typeof(int), cmdlet.Parameter("Depth")?.Type);
        // Finding is recursive by itself.
        if (cmdlet.Parameter("Depth") is not null && cmdlet.Verb != "Find") Assert.NotNull(cmdlet.Parameter("Recurse"));
        if (cmdlet.Parameter("LiteralPath") is { } literal)
        {
            Assert.Contains("PSPath", literal.Aliases);
            Assert.True(literal.Any("ValueFromPipelineByPropertyName"));
            Assert.Equal(typeof(string[]), cmdlet.Parameter("Path")?.Type);
        }
        else
        {
            Assert.Null(cmdlet.Parameter("Path"));
        }
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Keys_bind_by_property_name_and_complete(string name)
    {
        CmdletFacts cmdlet = Find(name);
        bool isTarget = TakesItsObjectsWhole(cmdlet);
        foreach (ParameterFacts parameter in cmdlet.Parameters.Where(p => KeyParameters.Contains(p.Name)))
        {
            Assert.True(parameter.Any("ValueFromPipelineByPropertyName") != isTarget, $"{name} -{parameter} {(isTarget ? "binds" : "does not bind")} by property name");
            Assert.True(parameter.Type.IsArray, $"{name} -{parameter} takes one value only");
            Assert.True(parameter.HasCompleter, $"{name} -{parameter} does not complete");
        }
    }

    [Fact]
    public void Removals_take_their_objects_whole()
    {
        CmdletFacts[] targets = [.. CmdletCatalog.All.Where(c => c.Verb == "Remove" || TakesItsObjectsWhole(c))];
        Assert.Contains(targets, c => c.Name == "Set-PbsOwner");
        Assert.All(targets, c =>
        {
            // A prune takes groups or the rows of a plan, each with a transformation that refuses all else.
            Assert.Equal(c.Parameter("Plan") is null ? 1 : 2, c.Parameters.Count(p => p.Any("ValueFromPipeline")));
            Assert.DoesNotContain(c.Parameters, p => p.Any("ValueFromPipelineByPropertyName"));
        });
    }

    /// <summary>
    /// True for what removes, gives away or collects: no object of another kind binds to it by one of its properties.
    /// </summary>
    private static bool TakesItsObjectsWhole(CmdletFacts cmdlet) =>
        cmdlet.Type.IsSubclassOf(typeof(PbsTargetCmdlet)) || cmdlet.Name == "Start-PbsGarbageCollection";

    [Fact]
    public void One_name_is_one_type_everywhere()
    {
        // One identity connects, any number may be asked about; and what a target cmdlet works on comes as a whole.
        IEnumerable<IGrouping<string, Type>> types = CmdletCatalog.All
            .SelectMany(c => c.Parameters.Where(p => !c.Type.IsSubclassOf(typeof(PbsTargetCmdlet)) || !p.Any("ValueFromPipeline")))
            .GroupBy(p => p.Name, p => p.Type.IsArray ? p.Type.GetElementType()! : p.Type);
        Assert.All(types, group => Assert.Single(group.Distinct()));
    }

    [Theory, MemberData(nameof(Cmdlets))]
    public void Help_page_and_Pester_file_exist(string name)
    {
        string page = Path.Combine(Corpus.RepositoryRoot, "docs", "cmdlets", name + ".md");
        Assert.True(File.Exists(page), $"no docs/cmdlets/{name}.md");
        string text = File.ReadAllText(page);
        Assert.True(Example().Count(text) >= 2, $"docs/cmdlets/{name}.md has less than two examples");
        Assert.DoesNotContain("{{", text);
        string[] described = [.. ParameterHeading().Matches(text).Select(m => m.Groups[1].Value)];
        string[] common = Find(name).SupportsShouldProcess ? ["Confirm", "WhatIf"] : [];
        Assert.Equal(Find(name).Parameters.Select(p => p.Name).Concat(common).Order(), described.Order());
        Assert.True(File.Exists(Path.Combine(Corpus.RepositoryRoot, "tests", "Pester", name + ".Tests.ps1")), $"no tests/Pester/{name}.Tests.ps1");
    }

    [Fact]
    public void Every_page_is_of_a_cmdlet() => Assert.Equal(
        CmdletCatalog.All.Select(c => c.Name),
        Directory.GetFiles(Path.Combine(Corpus.RepositoryRoot, "docs", "cmdlets"), "*-*.md").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Fact]
    public void Manifest_exports_exactly_the_cmdlets()
    {
        string manifest = File.ReadAllText(Path.Combine(Corpus.RepositoryRoot, "PbsModule.psd1"));
        string exported = Regex.Match(manifest, @"CmdletsToExport\s*=\s*@\(([^)]*)\)").Groups[1].Value;
        Assert.Equal(CmdletCatalog.All.Select(c => c.Name), Regex.Matches(exported, "'([^']+)'").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
        string aliases = Regex.Match(manifest, @"AliasesToExport\s*=\s*@\(([^)]*)\)").Groups[1].Value;
        Assert.Equal(
            CmdletCatalog.All.SelectMany(c => c.Type.GetCustomAttributesData()).Where(a => a.AttributeType.Name == nameof(AliasAttribute))
                .SelectMany(a => (IEnumerable<CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!).Select(a => (string)a.Value!).Order(StringComparer.Ordinal),
            Regex.Matches(aliases, "'([^']+)'").Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal));
        foreach (string kind in (string[])["FunctionsToExport", "VariablesToExport"])
        {
            Assert.Matches(kind + @"\s*=\s*@\(\s*\)", manifest);
        }

        foreach (string key in (string[])["LicenseUri", "ProjectUri", "Tags", "ReleaseNotes"]) Assert.Matches(key + @"\s*=\s*\S", manifest);
        string version = Regex.Match(File.ReadAllText(Path.Combine(Corpus.RepositoryRoot, "Directory.Build.props")), "<Version>([^<]+)<").Groups[1].Value;
        Assert.Matches(@"ModuleVersion\s*=\s*'" + Regex.Escape(version) + "'", manifest);
    }

    [Fact]
    public void Everything_written_has_a_view()
    {
        XDocument views = XDocument.Load(Path.Combine(Corpus.RepositoryRoot, "src", "PbsModule", "Views", "PbsModule.Format.ps1xml"));
        string[] viewed = [.. views.Descendants("TypeName").Select(t => t.Value)];
        IEnumerable<string> written = CmdletCatalog.All.SelectMany(c => c.OutputTypes)
            .Where(t => t.Namespace!.StartsWith("PbsModule", StringComparison.Ordinal)).Select(t => t.FullName!).Distinct();
        Assert.All(written, type => Assert.Contains(type, viewed));
    }

    [Fact]
    public void Error_ids_are_unique_and_spell_their_own_names()
    {
        FieldInfo[] ids = [.. typeof(PbsErrorId).GetFields(BindingFlags.Public | BindingFlags.Static)];
        Assert.All(ids, id => Assert.Equal(id.Name, (string)id.GetRawConstantValue()!));
        Assert.All(ids, id => Assert.Matches("^[A-Z][A-Za-z]+$", id.Name));
        Assert.NotEmpty(ids);
    }

    [GeneratedRegex("^### Example", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Example();

    [GeneratedRegex(@"^### -(\w+)\r?$", RegexOptions.Multiline)]
    private static partial Regex ParameterHeading();
}
