using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using PbsModule.Cmdlets;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Tests;

/// <summary>The house of ARCHITECTURE.md, read from the compiled assemblies: floors, foreign references, static state, sizes.</summary>
public sealed class ArchitectureTests
{
    private const string Ground = "PbsModule.Core";

    // A room may use its own floor and those below; rooms of one floor must not use each other in a circle.
    private static readonly Dictionary<string, int> Floors = new()
    {
        [Ground] = 0,
        [Ground + ".Interop"] = 1,
        [Ground + ".Formats"] = 2,
        [Ground + ".Configuration"] = 2,
        [Ground + ".Access"] = 3,
        [Ground + ".Storage"] = 3,
        [Ground + ".Tasks"] = 3,
        [Ground + ".Administration"] = 4,
    };

    private static readonly Assembly Core = typeof(PbsException).Assembly;

    private static IEnumerable<(Type From, Type To)> Uses { get; } =
        [.. TypeUses.In(Core).Where(u => u.To.Assembly == Core && IsHouse(u.From) && IsHouse(u.To) && u.From.Namespace != u.To.Namespace)];

    // The compiler puts its own types (inline arrays, string hashes) into the empty namespace.
    private static bool IsHouse(Type type) => type.Namespace?.StartsWith(Ground, StringComparison.Ordinal) == true;

    [Fact]
    public void Every_type_of_Core_lives_in_a_room() =>
        Assert.Empty(Core.GetTypes().Where(t => IsHouse(t) && !Floors.ContainsKey(t.Namespace!)).Select(t => t.FullName));

    [Fact]
    public void No_floor_looks_up() => Assert.Empty(
        Uses.Where(u => Floors[u.From.Namespace!] < Floors[u.To.Namespace!]).Select(u => $"{u.From.FullName} uses {u.To.FullName}").Distinct());

    [Fact]
    public void No_circles_between_rooms()
    {
        ILookup<string, string> edges = Uses.Select(u => (From: u.From.Namespace!, To: u.To.Namespace!)).Distinct().ToLookup(e => e.From, e => e.To);
        foreach (string room in Floors.Keys)
        {
            HashSet<string> reached = [];
            Stack<string> open = new(edges[room]);
            while (open.TryPop(out string? next))
            {
                if (reached.Add(next)) foreach (string further in edges[next]) open.Push(further);
            }

            Assert.False(reached.Contains(room), $"{room} uses itself through {string.Join(", ", reached)}");
        }
    }

    [Fact]
    public void The_reader_of_uses_sees_calls_signatures_and_locals()
    {
        Type[] seen = [.. TypeUses.In(typeof(ArchitectureTests).Assembly).Where(u => u.From == typeof(ArchitectureTests)).Select(u => u.To)];
        Assert.Contains(typeof(TypeUses), seen);
        Assert.Contains(typeof(Corpus), seen);
        Assert.Contains(typeof(HashSet<>), seen);
    }

    [Fact]
    public void Core_knows_no_PowerShell()
    {
        Assert.DoesNotContain(Core.GetReferencedAssemblies(), a => a.Name!.Contains("Automation", StringComparison.Ordinal) || a.Name.Contains("PowerShell", StringComparison.Ordinal));
    }

    [Fact]
    public void The_engine_brings_no_foreign_assembly() => Assert.All(
        Core.GetReferencedAssemblies().Concat(typeof(PbsCmdlet).Assembly.GetReferencedAssemblies()),
        a => Assert.True(a.Name!.StartsWith("System.", StringComparison.Ordinal) || a.Name is "System" or "netstandard" or "PbsModule.Core" or "Microsoft.Win32.Primitives", a.Name));

    [Fact]
    public void Core_has_no_static_mutable_state()
    {
        IEnumerable<string> state = Core.GetTypes()
            .Where(t => !t.IsDefined(typeof(CompilerGeneratedAttribute), false))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => !f.IsLiteral && !f.Name.Contains("CachedAnonymousMethod", StringComparison.Ordinal))
            .Where(f => (!f.IsInitOnly && !f.IsDefined(typeof(CompilerGeneratedAttribute), false)) || IsMutableCollection(f.FieldType))
            .Select(f => $"{f.DeclaringType!.FullName}.{f.Name}");
        Assert.True(!state.Any(), string.Join(", ", state));
    }

    private static bool IsMutableCollection(Type type) =>
        !type.IsArray && typeof(IEnumerable).IsAssignableFrom(type)
        && type.Namespace is "System.Collections.Generic" or "System.Collections.Concurrent" or "System.Collections" && type.IsClass;

    [Fact]
    public void Files_stay_small()
    {
        foreach (string folder in (string[])["src", "samples", "bench", "tests"])
        {
            foreach (string file in Directory.GetFiles(Path.Combine(Corpus.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Corpus.RepositoryRoot, file).Replace('\\', '/');
                if (relative.Contains("/obj/", StringComparison.Ordinal) || relative.Contains("/bin/", StringComparison.Ordinal)) continue;
                int limit = relative.StartsWith("src/PbsModule/Commands/", StringComparison.Ordinal) ? 150 : 400;
                int lines = File.ReadLines(file).Count();
                Assert.True(lines <= limit, $"{relative} has {lines} lines; {limit} is the limit");
            }
        }
    }

    [Fact]
    public void Names_say_what_a_thing_is()
    {
        Type[] types = [.. Core.GetTypes(), .. typeof(PbsCmdlet).Assembly.GetTypes()];
        Assert.DoesNotContain(types, t => t.Name.EndsWith("Helper", StringComparison.Ordinal)
            || t.Name.EndsWith("Manager", StringComparison.Ordinal) || t.Name.EndsWith("Util", StringComparison.Ordinal) || t.Name.EndsWith("Utils", StringComparison.Ordinal));
    }
}
