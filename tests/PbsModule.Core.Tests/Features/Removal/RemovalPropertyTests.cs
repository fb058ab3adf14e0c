using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Namespaces;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Retention;

namespace PbsModule.Core.Tests;

/// <summary>
/// Removals in random trees with everything that people and programs leave in a datastore. What a plan showed goes;
/// everything else is there afterwards, byte for byte, with its times and its inode.
/// </summary>
public sealed class RemovalPropertyTests
{
    private const int Rounds = 120;

    private static readonly string[] Namespaces = ["", "ns/a", "ns/a/ns/b", "ns/a/ns/b/ns/c", "ns/d"];
    private static readonly string[] Groups = ["vm/1", "vm/A", "vm/a", "host/x_y", "ct/7"];

    public RemovalPropertyTests() => AtomicFileTests.NeedsLinux();

    [Fact]
    public void What_a_plan_showed_goes_and_everything_else_stays_as_it_was()
    {
        var random = new Random(MutationFuzz.Seed);
        int whole = 0, partly = 0, refused = 0;
        for (int round = 0; round < Rounds; round++)
        {
            using var tree = new OddStore(random, oneIn: random.Next(3) == 0 ? 8 : 120);
            PbsEngine engine = new PbsEngine(Connection.None);
            DatastoreContext store = engine.Resolver.ResolvePath(tree.Path);
            Removal removal = random.Next(2) == 0 ? OfGroup(engine, store, tree.PickGroup(random))
                : OfNamespace(engine, store, random.Next(4) > 0);
            SortedDictionary<string, FileState> before = TreeOnDisk.Read(tree.Path);
            IReadOnlyList<string>? shown = Attempt(() => removal.Plan(), out PbsException? refusal);
            PbsException? failure = refusal;
            if (shown is null) Attempt(() => removal.RunUnplanned(), out failure);
            else Attempt(() => removal.Run(), out failure);

            string[] gone = [.. before.Keys.Except(TreeOnDisk.Read(tree.Path).Keys)];
            string[] expected = shown is null ? [] : [.. before.Keys.Where(path => Goes(path, shown))];
            string context = $"PBS_FUZZ_SEED={MutationFuzz.Seed}, round {round}, {removal.Name}, {refusal?.Message} {failure?.Message}";
            Assert.True(expected.SequenceEqual(gone),
                $"{context}: shown {string.Join(' ', shown ?? [])}, gone {string.Join(' ', gone)}");
            DemandUnchanged(before, TreeOnDisk.Read(tree.Path), context);
            if (shown is null) Assert.True(
                refusal is PbsConflictException { ErrorId: PbsErrorId.ForeignContent } or PbsNotFoundException,
                context);
            Assert.Equal(refusal?.ErrorId, shown is null ? failure?.ErrorId : null);
            if (shown is null) refused++;
            else if (failure is null) whole++;
            else partly++;
        }

        Assert.True(whole > 5 && partly > 0 && refused > 5, $"{whole} whole, {partly} in part, {refused} refused");
    }

    [Fact]
    public void A_prune_takes_the_snapshots_of_its_plan_and_nothing_else_whatever_lies_beside_them()
    {
        var random = new Random(MutationFuzz.Seed);
        int removed = 0, kept = 0;
        for (int round = 0; round < Rounds / 2; round++)
        {
            using var tree = new OddStore(random, oneIn: 6);
            PbsEngine engine = new PbsEngine(Connection.None);
            DatastoreContext store = engine.Resolver.ResolvePath(tree.Path);
            SortedDictionary<string, FileState> before = TreeOnDisk.Read(tree.Path);
            Pruning done = Pruning.Run(engine, store, new GroupQuery { Recurse = true, Force = true },
                new KeepOptions { Last = 1 }, force: true);
            string[] shown = [.. done.Plan.Where(row => !row.Keep).Select(row => row.ToString())];
            string[] went = [.. done.Results.Where(row => row.Removed).Select(row => row.ToString())];
            string[] gone = [.. before.Keys.Except(TreeOnDisk.Read(tree.Path).Keys)];
            string context = $"PBS_FUZZ_SEED={MutationFuzz.Seed}, round {round}: {string.Join('\n', done.Warnings)}";
            Assert.Subset(shown.ToHashSet(), went.ToHashSet());
            Assert.True(before.Keys.Where(path => Goes(path, went)).SequenceEqual(gone), context);
            DemandUnchanged(before, TreeOnDisk.Read(tree.Path), context);

            // What stays although it was to go says why: its own folder holds what is no part of it.
            Assert.Equal(shown.Length - went.Length, done.Warnings.Count);
            Assert.All(done.Warnings,
                warning => Assert.Contains("it holds what is no part of it", warning, StringComparison.Ordinal));
            removed += went.Length;
            kept += done.Warnings.Count;
        }

        Assert.True(removed > 20 && kept > 0, $"{removed} removed, {kept} kept");
    }

    /// <summary>
    /// Whether a path lies in something that was shown, or is the folder of a type or of namespaces that goes with its
    /// namespace.
    /// </summary>
    private static bool Goes(string path, IReadOnlyList<string> shown) =>
        shown.Any(each => path == $"/{each}" || path.StartsWith($"/{each}/", StringComparison.Ordinal));

    private static void DemandUnchanged(SortedDictionary<string, FileState> before, SortedDictionary<string,
        FileState> after, string context)
    {
        foreach ((string path, FileState state) in after)
        {
            // Of a folder that something was removed from, time and links differ.
            bool isFolder = (state.Mode & 0xF000) == 0x4000;
            Assert.True(before.TryGetValue(path, out FileState? was), $"{context}: {path} is new");
            if (isFolder) Assert.True((was.Inode, was.Mode) == (state.Inode, state.Mode), $"{context}: {path}");
            else Assert.True(was.ToString() == state.ToString(), $"{context}: {path} was {was} and is {state}");
        }
    }

    private static Removal OfGroup(PbsEngine engine, DatastoreContext store, (string Ns, string Group) place)
    {
        GroupPath group = GroupPath.Parse(place.Group);
        BackupNamespace ns = BackupNamespace.Parse(place.Ns.Replace("ns/", "", StringComparison.Ordinal));
        GroupRemovalPlan? plan = null;
        return new Removal($"group {place.Ns} {place.Group}")
        {
            Plan = () =>
            {
                plan = engine.Removal.PlanGroupRemoval(store, ns, group);
                return plan.Protected > 0 ? plan.Snapshots : [.. plan.Snapshots, .. plan.Leftovers, plan.Group];
            },
            Run = () => engine.Removal.RemoveGroup(store, plan!, true, CancellationToken.None),
            RunUnplanned = () => engine.Removal.RemoveGroup(store, ns, group, true, CancellationToken.None),
        };
    }

    private static Removal OfNamespace(PbsEngine engine, DatastoreContext store, bool deleteGroups)
    {
        BackupNamespace ns = BackupNamespace.Parse("a");
        NamespaceRemovalPlan? plan = null;
        return new Removal($"namespace, groups {deleteGroups}")
        {
            Plan = () =>
            {
                plan = engine.NamespaceChanges.PlanRemoval(store, ns, deleteGroups, CancellationToken.None);
                IEnumerable<string> groups =
                    plan.Groups.SelectMany(group => group.Protected > 0 ? group.Snapshots
                    : [.. group.Snapshots, .. group.Leftovers, group.Group]);

                // Folders of types and namespaces that are empty then are no loss, and PBS removes them, too.
                IEnumerable<string> empty =
                    Directory.EnumerateDirectories(Path.Combine(store.Path, "ns/a"), "*", SearchOption.AllDirectories)
                    .Select(path => Path.GetRelativePath(store.Path, path))
                    .Where(path => (deleteGroups && IsType(path)
                        && plan.Groups.All(group => group.Protected == 0
                        || !group.Group.StartsWith(path + "/", StringComparison.Ordinal)))
                        || (path.EndsWith("/ns", StringComparison.Ordinal)
                            && Below(store.Path, path).All(plan.Removed.Contains)));
                return [.. groups, .. plan.Removed.Select(each => BackupNamespace.Parse(each).DiskPath), .. empty];
            },
            Run = () => engine.NamespaceChanges.Remove(store, plan!, true, CancellationToken.None),
            RunUnplanned = () => engine.NamespaceChanges.Remove(store, ns, deleteGroups, true, CancellationToken.None),
        };
    }

    private static bool IsType(string path) =>
        Namespaces.Contains(Path.GetDirectoryName(path)!) && Path.GetFileName(path) is "vm" or "ct" or "host";

    private static IEnumerable<string> Below(string root, string path) =>
        Directory.EnumerateFileSystemEntries(Path.Combine(root, path)).Select(each =>
            Path.GetRelativePath(root, each)[3..].Replace("/ns/", "/", StringComparison.Ordinal));

    private static T? Attempt<T>(Func<T> act, out PbsException? refusal)
        where T : class
    {
        refusal = null;
        try
        {
            return act();
        }
        catch (PbsException e)
        {
            refusal = e;
            return null;
        }
    }

    private static void Attempt(Action act, out PbsException? refusal) => Attempt(() =>
    {
        act();
        return "";
    }, out refusal);

    private sealed record Removal(string Name)
    {
        /// <summary>Identities and paths of everything that would go.</summary>
        public required Func<IReadOnlyList<string>> Plan { get; init; }

        public required Action Run { get; init; }

        public required Action RunUnplanned { get; init; }
    }

    /// <summary>A datastore of which any folder may hold something odd.</summary>
    private sealed class OddStore : IDisposable
    {
        private readonly StoreOnDisk _disk = new();
        private readonly TemporaryFolder _outside = new();
        private readonly List<(string Ns, string Group)> _groups = [];
        private readonly Random _random;
        private readonly int _oneIn;

        public OddStore(Random random, int oneIn)
        {
            _random = random;
            _oneIn = oneIn;
            File.WriteAllText(_outside["precious"], "precious");
            foreach (string ns in Namespaces) Fill(ns);
        }

        public string Path => _disk.Path;

        public (string Ns, string Group) PickGroup(Random random) => _groups[random.Next(_groups.Count)];

        public void Dispose()
        {
            _disk.Dispose();
            _outside.Dispose();
        }

        private void Fill(string ns)
        {
            string prefix = ns.Length == 0 ? "" : ns + "/";
            Directory.CreateDirectory(_disk.PathOf(ns));
            if (ns.Length > 0) PutOdd(ns);
            if (ns.Length > 0 && Is(_oneIn)) PutOdd(Directory.CreateDirectory(_disk.PathOf($"{ns}/ns")).FullName,
                always: true);
            foreach (string group in Groups)
            {
                if (!Is(2) && !(ns.Length == 0 && group == "vm/1")) continue;
                _groups.Add((ns, group));
                AddGroup(prefix + group);
                PutOdd(System.IO.Path.GetDirectoryName(prefix + group)!);
            }
        }

        private void AddGroup(string group)
        {
            _disk.AddGroup(group);
            if (Is(2)) File.WriteAllText(_disk.PathOf($"{group}/notes"), "notes");
            if (Is(3)) File.WriteAllText(_disk.PathOf($"{group}/notes.tmp_aB3xY9"), "half");
            for (int i = 0; i < 1 + _random.Next(4); i++)
            {
                string snapshot = _disk.AddSnapshot(group, 1714557600 + (86400 * i));
                if (Is(5)) File.Delete(System.IO.Path.Combine(snapshot, "index.json.blob"));
                if (Is(3)) File.WriteAllText(System.IO.Path.Combine(snapshot, "anything.at.all"), "part of it");
                if (Is(12)) File.WriteAllText(System.IO.Path.Combine(snapshot, ".protected"), "");
                if (Is(_oneIn)) PutOdd(snapshot, always: true, inSnapshot: true);
            }

            PutOdd(group);
        }

        /// <summary>
        /// Something that does not belong into a folder; in a snapshot no file, because each is a part of it.
        /// </summary>
        private void PutOdd(string folder, bool always = false, bool inSnapshot = false)
        {
            if (!always && !Is(_oneIn)) return;
            string Name(string name) => System.IO.Path.Combine(_disk.PathOf(folder), name);
            switch (_random.Next(inSnapshot ? 5 : 13))
            {
                case 0: File.WriteAllText(
                    System.IO.Path.Combine(Directory.CreateDirectory(Name("rescued-by-admin/deep")).FullName,
                    "only copy"), "x"); break;
                case 1: Directory.CreateDirectory(Name("@eaDir")); break;
                case 2: Link(Name("evil"), _outside.Root); break;
                case 3: Link(Name("dangling"), "nowhere"); break;
                case 4: RawNames.CreateFolder(_disk.PathOf(folder), [0xFF, 0xFE]); break;
                case 5: Finished(Name("2023-02-30T00:00:00Z")); break;
                case 6: Finished(Name("2023-11-20T10:00:60Z")); break;
                case 7: Finished(Name("2024-05-01T10_00_00Z")); break;
                case 8: Finished(Name("2024-05-01t10:00:00z")); break;
                case 9: File.WriteAllText(Name("notes.bak"), "x"); break;
                case 10: File.WriteAllText(Name("notes.tmp_toolong"), "x"); break;
                case 11: Finished(Name("bad id!")); break;
                default: Finished(Name("VM")); break;
            }
        }

        private static void Link(string path, string target)
        {
            if (!System.IO.Path.Exists(path) && new FileInfo(path).LinkTarget is null) File.CreateSymbolicLink(path,
                target);
        }

        private static void Finished(string folder) =>
            File.WriteAllText(System.IO.Path.Combine(Directory.CreateDirectory(folder).FullName, "index.json.blob"),
            "precious");

        private bool Is(int oneIn) => _random.Next(oneIn) == 0;
    }
}
