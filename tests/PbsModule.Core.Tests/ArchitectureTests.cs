using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>
/// The rules of ARCHITECTURE.md, read from the compiled assemblies: rooms, floors, references to other assemblies,
/// static state, sizes. A room is a namespace, and a namespace is a folder.
/// </summary>
public sealed partial class ArchitectureTests
{
    private const string Core = "PbsModule.Core";
    private const string Features = Core + ".Features";

    // A room may use rooms of its own floor and of those below. The first name that fits counts.
    private static readonly (string Room, int Floor)[] Floors =
    [
        (Core + ".Errors", 0),
        (Core + ".Interop", 1),
        (Core + ".Formats", 2),
        (Core + ".Configuration", 3),
        (Core + ".Access", 4),
        (Core + ".Storage", 4),
        (Core + ".Tasks", 4),
        (Core + ".Datastores", 5),
        (Core + ".Gate", 6),
        (Features + ".Report", 8),
        (Features + ".", 7),
        (Features, 9),
        ("PbsModule.Times", 10),
        ("PbsModule.Views", 11),
        ("PbsModule.Binding", 12),
        ("PbsModule.Completion", 13),
        ("PbsModule.Presentation", 13),
        ("PbsModule.Cmdlets", 14),
        ("PbsModule.Commands", 15),
        ("PbsModule.Provider", 15),
    ];

    // A feature uses Listing and no other feature, but for these.
    private static readonly (string From, string To)[] NeighboursInUse =
    [
        ("Archives", "Content"),
        ("Catalogs", "Archives"),
        ("Namespaces", "Removal"),
        ("Status", "Garbage"),
    ];

    private static readonly Assembly[] Assemblies = [typeof(PbsException).Assembly, typeof(PbsCmdlet).Assembly];

    private static IEnumerable<(Type From, Type To)> Uses { get; } =
    [
        .. Assemblies.SelectMany(TypeUses.In)
            .Where(use => IsOurs(use.From) && IsOurs(use.To) && use.From.Namespace != use.To.Namespace),
    ];

    // The compiler puts its own types (inline arrays, string hashes) into the empty namespace.
    private static bool IsOurs(Type type) =>
        Assemblies.Contains(type.Assembly) && type.Namespace?.StartsWith("PbsModule", StringComparison.Ordinal) == true;

    private static int FloorOf(Type type) =>
        Floors.First(floor => type.Namespace!.StartsWith(floor.Room, StringComparison.Ordinal)).Floor;

    [Fact]
    public void Every_type_has_a_floor() => Assert.Empty(
        Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(IsOurs)
            .Where(type => !Array.Exists(
                Floors,
                floor => type.Namespace!.StartsWith(floor.Room, StringComparison.Ordinal)))
            .Select(type => type.FullName));

    [Fact]
    public void Namespaces_are_folders()
    {
        foreach (string file in Sources("src"))
        {
            Match declared = Namespace().Match(File.ReadAllText(file));
            if (!declared.Success) continue;
            string folder = Path.GetRelativePath(
                Path.Combine(Corpus.RepositoryRoot, "src"),
                Path.GetDirectoryName(file)!);
            string expected = folder.Replace(Path.DirectorySeparatorChar, '.');

            // The name of a cmdlet's class is part of its errors' FullyQualifiedErrorId, which scripts compare.
            if (expected.StartsWith("PbsModule.Commands.", StringComparison.Ordinal)) expected = "PbsModule.Commands";
            Assert.True(declared.Groups[1].Value == expected, $"{file} declares {declared.Groups[1].Value}");
        }
    }

    [Fact]
    public void No_floor_looks_up() => Assert.Empty(
        Uses.Where(use => FloorOf(use.From) < FloorOf(use.To))
            .Select(use => $"{use.From.FullName} uses {use.To.FullName}").Distinct());

    [Fact]
    public void No_circles_between_rooms()
    {
        ILookup<string, string> edges = Uses.Select(use => (From: use.From.Namespace!, To: use.To.Namespace!)).Distinct()
            .ToLookup(edge => edge.From, edge => edge.To);
        foreach (string room in edges.Select(edge => edge.Key))
        {
            HashSet<string> reached = [];
            Stack<string> open = new(edges[room]);
            while (open.TryPop(out string? next))
            {
                if (!reached.Add(next)) continue;
                foreach (string further in edges[next]) open.Push(further);
            }

            Assert.False(reached.Contains(room), $"{room} uses itself through {string.Join(", ", reached)}");
        }
    }

    [Fact]
    public void Features_use_only_the_listing_and_the_neighbours_named_here()
    {
        (string From, string To)[] used =
        [
            .. Uses.Select(use => (From: FeatureOf(use.From), To: FeatureOf(use.To)))
                .Where(use => use.From is not (null or "Report") && use.To is not (null or "Listing"))
                .Select(use => (use.From!, use.To!)).Distinct().Order(),
        ];
        Assert.Equal(NeighboursInUse, used);

        static string? FeatureOf(Type type) =>
            type.Namespace!.StartsWith(Features + ".", StringComparison.Ordinal)
                ? type.Namespace[(Features.Length + 1)..]
                : null;
    }

    [Fact]
    public void The_reader_of_uses_sees_calls_signatures_and_locals()
    {
        Type[] seen =
        [
            .. TypeUses.In(typeof(ArchitectureTests).Assembly).Where(use => use.From == typeof(ArchitectureTests))
                .Select(use => use.To),
        ];
        Assert.Contains(typeof(TypeUses), seen);
        Assert.Contains(typeof(Corpus), seen);
        Assert.Contains(typeof(HashSet<>), seen);
    }

    [Fact]
    public void Core_knows_no_PowerShell() => Assert.DoesNotContain(
        Assemblies[0].GetReferencedAssemblies(),
        assembly => assembly.Name!.Contains("Automation", StringComparison.Ordinal)
            || assembly.Name.Contains("PowerShell", StringComparison.Ordinal));

    [Fact]
    public void The_engine_brings_no_foreign_assembly() => Assert.All(
        Assemblies.SelectMany(assembly => assembly.GetReferencedAssemblies()),
        assembly => Assert.True(
            assembly.Name!.StartsWith("System.", StringComparison.Ordinal)
                || assembly.Name is "System" or "netstandard" or Core or "Microsoft.Win32.Primitives",
            assembly.Name));

    [Fact]
    public void Core_has_no_static_mutable_state()
    {
        const BindingFlags statics =
            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        IEnumerable<string> state = Assemblies[0].GetTypes()
            .Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false))
            .SelectMany(type => type.GetFields(statics))
            .Where(field => !field.IsLiteral
                && !field.Name.Contains("CachedAnonymousMethod", StringComparison.Ordinal))
            .Where(field => (!field.IsInitOnly && !field.IsDefined(typeof(CompilerGeneratedAttribute), false))
                || IsMutableCollection(field.FieldType))
            .Select(field => $"{field.DeclaringType!.FullName}.{field.Name}");
        Assert.True(!state.Any(), string.Join(", ", state));
    }

    private static bool IsMutableCollection(Type type) =>
        !type.IsArray && typeof(IEnumerable).IsAssignableFrom(type)
        && type.Namespace is "System.Collections.Generic" or "System.Collections.Concurrent" or "System.Collections"
        && type.IsClass;

    [Fact]
    public void Files_stay_small()
    {
        foreach (string file in ((string[])["src", "samples", "bench", "tests"]).SelectMany(Sources))
        {
            string relative = Path.GetRelativePath(Corpus.RepositoryRoot, file).Replace('\\', '/');
            int limit = relative.StartsWith("src/PbsModule/Commands/", StringComparison.Ordinal) ? 150 : 400;

            // What a file imports is not its size.
            int lines = File.ReadLines(file).Count(line => !line.StartsWith("using ", StringComparison.Ordinal));
            Assert.True(lines <= limit, $"{relative} has {lines} lines; {limit} is the limit");
        }
    }

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        string[] empty = ["Helper", "Manager", "Util", "Utils"];
        Assert.DoesNotContain(
            Assemblies.SelectMany(assembly => assembly.GetTypes()),
            type => Array.Exists(empty, word => type.Name.EndsWith(word, StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Corpus.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !Array.Exists(
                Path.GetRelativePath(Corpus.RepositoryRoot, file).Split(Path.DirectorySeparatorChar),
                part => part is "obj" or "bin"));

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
