using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Namespaces;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>The plan of a removal of namespaces: it foresees all of it, and nothing goes that it did not foresee.</summary>
public sealed class NamespacePlanTests
{
    private const int Rounds = 60;

    private static readonly string[] Namespaces = ["ns/a", "ns/a/ns/b", "ns/a/ns/b/ns/c", "ns/a/ns/d"];
    private static readonly string[] Times = ["2024-05-01T10:00:00Z", "2024-05-02T10:00:00Z"];

    public NamespacePlanTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void What_was_planned_goes_and_nothing_else()
    {
        var random = new Random(MutationFuzz.Seed);
        int partly = 0, refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            using var disk = new StoreOnDisk();
            Fill(disk, random);
            bool deleteGroups = random.Next(3) > 0;
            PbsEngine engine = Open(out DatastoreContext store, disk);
            string[] before = Tree(disk.Path);
            NamespaceRemovalPlan? plan = null;
            string? foreign = Refusal(() =>
                plan = engine.NamespaceChanges.PlanRemoval(store, BackupNamespace.Parse("a"), deleteGroups,
                CancellationToken.None));
            if (plan is null)
            {
                Assert.True(deleteGroups);
                Assert.Contains("it holds what is no part of it", foreign, StringComparison.Ordinal);
                Assert.Equal(foreign,
                    Refusal(() => engine.NamespaceChanges.Remove(store, BackupNamespace.Parse("a"), deleteGroups, true,
                    CancellationToken.None)));
                Assert.Equal(before, Tree(disk.Path));
                refused++;
                continue;
            }

            string? refusal = Refusal(() => engine.NamespaceChanges.Remove(store, plan, true, CancellationToken.None));
            string[] planned = [.. plan.Removed.Select(ns => BackupNamespace.Parse(ns).DiskPath)];
            if (deleteGroups) planned = [.. planned, .. plan.Groups.Where(group => group.Protected == 0).Select(group => group.Group), .. plan.Groups.SelectMany(group => group.Snapshots)];

            // Folders of namespaces, groups and snapshots; the others go with them.
            string[] gone = [.. before.Except(Tree(disk.Path)).Where(path => Namespaces.Contains(path) || Is(path, 2) || Is(path, 3))];
            Assert.True(gone.Order(StringComparer.Ordinal).SequenceEqual(planned.Order(StringComparer.Ordinal)), $"PBS_FUZZ_SEED={MutationFuzz.Seed}, round {round}: planned {string.Join(' ', planned)}, gone {string.Join(' ', gone)}, {refusal}");
            Assert.Equal(refusal is null, plan.Removed.Count == plan.Namespaces.Count);
            if (refusal is not null && gone.Length > 0) partly++;
        }

        Assert.True(partly > 0 && refused > 0);
    }

    [Theory]
    [InlineData("group")]
    [InlineData("snapshot")]
    [InlineData("protection")]
    public void What_came_since_is_not_removed_and_neither_is_anything_else(string what)
    {
        using var disk = new StoreOnDisk();
        foreach (string group in (string[])["ns/a/vm/1", "ns/a/ns/b/vm/2"])
        {
            disk.AddGroup(group);
            disk.AddSnapshot(group, Times[0]);
        }

        string marker = disk.PathOf($"ns/a/ns/b/vm/2/{Times[0]}/.protected");
        if (what == "protection") File.WriteAllText(marker, "");
        PbsEngine engine = Open(out DatastoreContext store, disk);
        NamespaceRemovalPlan plan = engine.NamespaceChanges.PlanRemoval(store, BackupNamespace.Parse("a"), true, CancellationToken.None);
        if (what == "protection") File.Delete(marker);
        else if (what == "snapshot") disk.AddSnapshot("ns/a/ns/b/vm/2", Times[1]);
        else disk.AddGroup("ns/a/ns/b/vm/3");
        string[] before = Tree(disk.Path);
        var refused = Assert.Throws<PbsConflictException>(() => engine.NamespaceChanges.Remove(store, plan, true, CancellationToken.None));
        Assert.Equal(PbsErrorId.GroupChanged, refused.ErrorId);
        Assert.Equal(before, Tree(disk.Path));
        Assert.Null(Refusal(() => engine.NamespaceChanges.Remove(store, BackupNamespace.Parse("a"), true, true, CancellationToken.None)));
    }

    [Theory]
    [InlineData("ns/a/ns/b/vm")]
    [InlineData("ns/a/ns/b/vm/2")]
    [InlineData("ns/a/ns")]
    [InlineData("ns/a/ns/b/ns")]
    public void What_cannot_be_listed_is_neither_planned_nor_removed(string place)
    {
        using var disk = new StoreOnDisk();
        disk.AddGroup("ns/a/ns/b/vm/2");
        disk.AddSnapshot("ns/a/ns/b/vm/2", Times[0]);
        Directory.CreateDirectory(disk.PathOf("ns/a/ns/b/ns"));
        PbsEngine engine = Open(out DatastoreContext store, disk, new FaultyFolders((call, path) => call == FolderCall.List && path == disk.PathOf(place) ? OsError.EIO : 0));
        string[] before = Tree(disk.Path);
        foreach (Action act in (Action[])
                 [
                     () => engine.NamespaceChanges.PlanRemoval(store, BackupNamespace.Parse("a"), true, CancellationToken.None),
                     () => engine.NamespaceChanges.Remove(store, BackupNamespace.Parse("a"), true, true, CancellationToken.None),
                 ])
        {
            Assert.Contains("Input/output error (os error 5)", Refusal(act) ?? "none", StringComparison.Ordinal);
            Assert.Equal(before, Tree(disk.Path));
        }
    }

    private static void Fill(StoreOnDisk disk, Random random)
    {
        foreach (string ns in Namespaces)
        {
            // Also where a namespace belongs.
            if (random.Next(30) == 0) File.WriteAllText(
                Path.Combine(Directory.CreateDirectory(disk.PathOf($"{ns}/ns")).FullName, "file"), "");
            if (random.Next(4) == 0) Directory.CreateDirectory(disk.PathOf($"{ns}/host"));
            if (random.Next(30) == 0) File.WriteAllText(
                Path.Combine(Directory.CreateDirectory(disk.PathOf(ns)).FullName, "foreign"), "");
            if (random.Next(30) == 0) Directory.CreateDirectory(disk.PathOf($"{ns}/vm/no id!"));
            if (random.Next(30) == 0) Directory.CreateSymbolicLink(
                Path.Combine(Directory.CreateDirectory(disk.PathOf($"{ns}/ns")).FullName, "link"),
                disk.PathOf("nowhere"));
            Directory.CreateDirectory(disk.PathOf(ns));
            for (int id = 1; id < 3; id++)
            {
                if (random.Next(3) > 0) continue;
                string group = $"{ns}/vm/{id}";
                disk.AddGroup(group);
                foreach (string time in Times) disk.AddSnapshot(group, time);
                if (random.Next(4) == 0) File.WriteAllText(disk.PathOf($"{group}/{Times[random.Next(2)]}/.protected"),
                    "");
                if (random.Next(30) == 0) File.WriteAllText(
                    Path.Combine(Directory.CreateDirectory(disk.PathOf($"{group}/other")).FullName, ".protected"), "");
            }
        }
    }

    /// <summary>Whether a path has so many names below its namespace.</summary>
    private static bool Is(string path, int depth)
    {
        int type = path.IndexOf("/vm/", StringComparison.Ordinal);
        return type > 0 && path[(type + 1)..].Split('/').Length == depth && !path.EndsWith("no id!", StringComparison.Ordinal) && !path.EndsWith("/owner", StringComparison.Ordinal);
    }

    private static PbsEngine Open(out DatastoreContext store, StoreOnDisk disk, FolderAccess? folders = null)
    {
        PbsEngine engine = new PbsEngine(Connection.None, new EngineOptions { Folders = folders ?? FolderAccess.Default });
        store = engine.Resolver.ResolvePath(disk.Path);
        return engine;
    }

    private static string[] Tree(string root) =>
        [.. Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];

    private static string? Refusal(Action act)
    {
        try
        {
            act();
            return null;
        }
        catch (PbsException e)
        {
            return e.Message;
        }
    }
}
