using System.Globalization;
using System.Text;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Garbage;

namespace PbsModule.Core.Tests;

/// <summary>
/// A store in which groups, namespaces and snapshots are renamed, exchanged, moved away and back, removed and added at every step of a
/// garbage collection, by one seed.
/// </summary>
internal sealed class MovingStore : IDisposable
{
    private const int RenameExchange = 2;
    private const int Orphans = 3;

    // Something moves at one in so many steps.
    private static readonly int[] Rates = [2, 5, 20, 60];

    private static readonly string[] Ids = ["100", "200", "aaa", "zzz"];
    private static readonly string[] Namespaces = ["a", "m", "z"];

    private readonly GarbageStore _store = new();
    private readonly Random _random;
    private readonly string? _journal;
    private readonly Stack<(string From, string To)> _moves = new();
    private readonly Digest[] _orphans;
    private readonly int _oneIn;
    private RecordedMutations _mutations = new();
    private int _left;
    private int _made;
    private readonly bool _onlyRewrites;

    /// <param name="seed">What all of it goes by.</param>
    public MovingStore(int seed)
    {
        _random = new Random(seed);
        _oneIn = Rates[_random.Next(Rates.Length)];
        _left = _random.Next(8) == 0 ? int.MaxValue : _random.Next(1, 60);
        _onlyRewrites = _random.Next(8) == 0;
        if (_random.Next(2) == 0) _journal = Path.Combine(_store.Disk.Parent, "move-journal");
        _orphans = [.. Enumerable.Range(0, Orphans).Select(i => _store.Put($"orphan {i}", 40))];
        foreach (string ns in (string[])["", "ns/a/", "ns/a/ns/m/", "ns/z/"])
        {
            foreach (string group in (string[])["vm/100", "vm/zzz", "host/aaa"])
            {
                for (int i = 0; i < _random.Next(3); i++) AddOld($"{ns}{group}");
            }
        }

        AddOld("vm/100");
    }

    /// <summary>What was done, for the reader of a failure.</summary>
    public List<string> History { get; } = [];

    /// <summary>Manifests that were rewritten, which changes the folder of a snapshot and moves nothing.</summary>
    public int Rewrites { get; private set; }

    /// <summary>What else was done.</summary>
    public int Moves => History.Count(line => line != "refused") - Rewrites;

    /// <summary>Whether the collection came to its end; else it was refused because the store kept changing.</summary>
    public bool IsCollected { get; private set; }

    /// <summary>Collects the garbage while everything moves, and checks that nothing is lost.</summary>
    public void Run()
    {
        var folders = new FaultyFolders((_, _) => Pass());
        var log = new GarbageLog { OnProgress = _ => Pass() };
        _mutations = new RecordedMutations { Before = _ => Pass() };
        var settings = new GarbageCollectionSettings
        {
            MoveJournal = _journal,
            Threads = 1,
            Pause = (_, _) =>
            {
                Pass();

                // A tick of any clock that has fractions of a second.
                Thread.Sleep(25);
                Pass();
            },
        };
        try
        {
            _store.Collect(log, settings, _mutations, folders);
            IsCollected = true;
        }
        catch (PbsConflictException e) when (e.ErrorId == PbsErrorId.StoreKeepsChanging)
        {
            History.Add("refused");
        }

        Check();
    }

    public void Dispose() => _store.Dispose();

    /// <summary>Every chunk that any index refers to is there; what nothing refers to is gone, if anything is.</summary>
    private void Check()
    {
        foreach (string path in Directory.EnumerateFiles(_store.Path, "*.didx", SearchOption.AllDirectories))
        {
            using IndexPass pass = IndexFile.Pass(path, checksum: false);
            while (pass.Read(out ChunkEntries entries))
            {
                foreach (ChunkEntry entry in entries) Assert.True(_store.Has(entry.Digest), $"{path} has lost chunk {entry.Digest}");
            }
        }

        Assert.All(_orphans, orphan => Assert.Equal(!IsCollected, _store.Has(orphan)));
    }

    /// <summary>One step of the collection, at which something may move. Passes for a call that does not fail.</summary>
    private int Pass()
    {
        if (_left == 0 || _random.Next(_oneIn) != 0) return 0;
        _left--;
        switch (_onlyRewrites ? int.MaxValue : _random.Next(12))
        {
            case 0 or 1: Move(Snapshots(), () => $"{AnyGroup()}/{NewTime()}"); break;
            case 2 or 3: Move(Groups(), () => NewGroup()); break;
            case 4: Move(Directories("ns"), NewNamespace); break;
            case 5: Exchange(Groups()); break;
            case 6: Exchange(_random.Next(2) == 0 ? Directories("ns") : Snapshots()); break;
            case 7: Replace(); break;
            case 8 or 9: MoveBack(); break;
            default: Rewrite(); break;
        }

        return 0;
    }

    /// <summary>A note, or the state of a verification, as PBS writes it: a temporary file that takes the manifest's place.</summary>
    private void Rewrite()
    {
        string[] all = Snapshots();
        if (all.Length == 0) return;
        string snapshot = all[_random.Next(all.Length)], path = _store.Disk.PathOf($"{snapshot}/index.json.blob");
        File.WriteAllText($"{path}.tmp_{Rewrites:000000}", $"note {Rewrites++}");
        File.Move($"{path}.tmp_{Rewrites - 1:000000}", path, overwrite: true);
        History.Add($"{snapshot} rewritten");
    }

    private void Move(string[] all, Func<string> target)
    {
        if (all.Length > 0) Rename(all[_random.Next(all.Length)], target());
    }

    /// <summary>The last move the other way round: so the same folder is now here and now there.</summary>
    private void MoveBack()
    {
        if (_moves.TryPop(out (string From, string To) last)) Rename(last.To, last.From, remember: _random.Next(2) == 0);
    }

    private void Rename(string from, string to, bool remember = true)
    {
        string source = _store.Disk.PathOf(from), target = _store.Disk.PathOf(to);
        bool isInside = to.StartsWith(from + '/', StringComparison.Ordinal);
        if (isInside || Path.Exists(target) || !Directory.Exists(source)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        if (!TryWriteJournal((source, target))) return;
        Directory.Move(source, target);
        History.Add($"{from} > {to}");
        if (remember) _moves.Push((from, to));
    }

    /// <summary>Two folders swap their names, at once or by way of a third name.</summary>
    private void Exchange(string[] all)
    {
        if (all.Length < 2) return;
        string one = all[_random.Next(all.Length)], other = all[_random.Next(all.Length)];
        if (one.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(one, StringComparison.Ordinal)) return;
        string left = _store.Disk.PathOf(one), right = _store.Disk.PathOf(other);
        if (!TryWriteJournal((left, right), (right, left))) return;
        if (_random.Next(2) != 0 || LibC.RenameAt(LibC.AtFdCwd, left, LibC.AtFdCwd, right, RenameExchange) != 0)
        {
            string third = Path.Combine(Path.GetDirectoryName(left)!, "swap");
            Directory.Move(left, third);
            Directory.Move(right, left);
            Directory.Move(third, right);
        }

        History.Add($"{one} <> {other}");
    }

    /// <summary>
    /// Removes a snapshot, and backs up another one, as PBS does: chunks first, known ones touched, then the index. It may get the inode
    /// of the index that went.
    /// </summary>
    private void Replace()
    {
        string[] all = Snapshots();
        if (all.Length < 2) return;
        string gone = all[_random.Next(all.Length)], place = $"{AnyGroup()}/{NewTime()}";
        Digest[] chunks = [Insert(_random.Next(_made)), Insert(_made++)];
        Directory.Delete(_store.Disk.PathOf(gone), recursive: true);
        _store.AddIndex($"{place}/disk.img.didx", chunks);
        History.Add($"{gone} removed, {place} added");
    }

    private Digest Insert(int number)
    {
        var digest = Digest.Of(Encoding.UTF8.GetBytes(Text(number)));
        if (!_store.Has(digest)) return _store.Put(Text(number), 0);
        if (IsBeingRemoved(digest)) return Insert(_made++);
        FileMutations.Default.TouchAccessTime(_store.PathOf(digest));
        return digest;
    }

    /// <summary>
    /// Whether the collection has looked at a chunk and removes it next. One process of PBS has a lock against a writer
    /// in this moment, two processes have not: no call removes a file only if nobody has touched it.
    /// </summary>
    private bool IsBeingRemoved(in Digest digest) =>
        _mutations.Changes is [.., string last] && last == $"unlink {digest}";

    private void AddOld(string group) => _store.AddIndex($"{group}/{NewTime()}/disk.img.didx", _store.Put(Text(_made++), 40));

    /// <summary>False while the collection has the list: a mover waits for its lock then, and moves nothing.</summary>
    private bool TryWriteJournal(params (string Source, string Target)[] moves)
    {
        if (_journal is null) return true;
        try
        {
            File.AppendAllLines(_journal, moves.SelectMany(move => Directory
                .EnumerateFiles(move.Source, "*.didx", SearchOption.AllDirectories)
                .Select(path => Path.Combine(move.Target, Path.GetRelativePath(move.Source, path)))));
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string[] Snapshots() => [.. Directories("").Where(path => BackupTime.HasShape(Path.GetFileName(path)))];

    private string[] Groups() => [.. Snapshots().Select(path => path[..path.LastIndexOf('/')]).Distinct()];

    private string AnyGroup() => Groups() is { Length: > 0 } all ? all[_random.Next(all.Length)] : "vm/100";

    private string NewGroup() =>
        $"{NewPrefix()}{(_random.Next(2) == 0 ? "vm" : "host")}/{Ids[_random.Next(Ids.Length)]}";

    private string NewNamespace() => $"{NewPrefix()}ns/{Namespaces[_random.Next(Namespaces.Length)]}";

    private string NewPrefix() => Directories("ns") is { Length: > 0 } all && _random.Next(3) > 0 ? $"{all[_random.Next(all.Length)]}/" : "";

    private string NewTime() => BackupTime.Format(1_714_500_000 + (_random.Next(40) * 3600));

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"chunk {number}");

    /// <summary>Folders of the store by their relative path; with a name, those right below a folder of that name.</summary>
    private string[] Directories(string parent)
    {
        IEnumerable<string> all = Directory.EnumerateDirectories(_store.Path, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_store.Path, path))
            .Where(path => path[0] != '.' && (parent.Length == 0 || Path.GetFileName(Path.GetDirectoryName(path)) == parent));
        return [.. all.Order(StringComparer.Ordinal)];
    }
}
