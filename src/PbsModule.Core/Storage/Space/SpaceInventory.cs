using System.Text.Unicode;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Space;

/// <summary>A group whose space is counted.</summary>
/// <param name="Number">From 0, in the order of listings.</param>
/// <param name="Scope">Number of what it is summed up in: its namespace.</param>
/// <param name="Namespace">Where it is.</param>
/// <param name="Path">Type and id.</param>
/// <param name="Owner">Null where the owner file is missing or damaged.</param>
/// <param name="Folder">Full path.</param>
internal sealed record CountedGroup(
    int Number,
    int Scope,
    BackupNamespace Namespace,
    GroupPath Path,
    Authid? Owner,
    string Folder);

/// <summary>A snapshot whose space is counted.</summary>
/// <param name="Group">Its group.</param>
/// <param name="Time">Its folder.</param>
/// <param name="Indexes">Names of its index files, finished or not.</param>
internal sealed record CountedSnapshot(CountedGroup Group, TimeFolder Time, IReadOnlyList<string> Indexes)
{
    public string PathOf(string index) => Path.Combine(Group.Folder, Time.ToString(), index);

    public override string ToString() => new SnapshotPath(Group.Namespace, Group.Path, Time.Time).ToString();
}

/// <summary>
/// All snapshots of a store with their indexes, whoever owns them: what a chunk is needed by does not depend on who
/// asks. In the order of listings, so that those of a group, and those of a namespace, come together.
/// </summary>
internal sealed class SpaceInventory
{
    private readonly List<CountedGroup> _groups = [];
    private readonly List<CountedSnapshot> _snapshots = [];
    private readonly List<BackupNamespace> _namespaces = [];
    private readonly SnapshotTimes _times = new();
    private readonly EntryList _entries = new();
    private readonly Utf8StringCache _names = new();
    private Folder? _folder;

    private SpaceInventory()
    {
    }

    public IReadOnlyList<CountedGroup> Groups => _groups;

    public IReadOnlyList<CountedSnapshot> Snapshots => _snapshots;

    public IReadOnlyList<BackupNamespace> Namespaces => _namespaces;

    /// <param name="store">The store.</param>
    /// <param name="onProblem">Told of what cannot be read.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <param name="isTold">Whether what went wrong in a namespace is for who asks; null for all of it.</param>
    public static SpaceInventory Take(
        Datastore store,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation,
        Func<ListingProblem, BackupNamespace, bool>? isTold = null)
    {
        var inventory = new SpaceInventory();
        var groups = new GroupWalk();
        foreach (NamespaceStep step in NamespaceWalk.Run(store, BackupNamespace.Root, BackupNamespace.MaxDepth))
        {
            void Tell(ListingProblem problem)
            {
                if (isTold is null || isTold(problem, step.Place)) onProblem(problem);
            }

            if (step.Problem is not null) Tell(step.Problem);
            if (step.Item is not { } ns) continue;
            inventory._namespaces.Add(ns.Namespace);
            foreach (WalkStep<GroupFolder> found in groups.Run(ns, [], static _ => true))
            {
                cancellation.ThrowIfCancellationRequested();
                if (found.Problem is not null) Tell(found.Problem);
                if (found.Item is null) continue;
                using GroupFolder group = found.Item;
                inventory.Add(group, Tell);
            }
        }

        inventory._folder?.Dispose();
        return inventory;
    }

    private void Add(GroupFolder group, Action<ListingProblem> onProblem)
    {
        var counted = new CountedGroup(
            _groups.Count,
            _namespaces.Count - 1,
            group.Namespace,
            group.Path,
            group.Owner,
            group.FullPath);
        _groups.Add(counted);
        TimeFolder[] times = _times.Read(group, out List<ListingProblem>? problems);
        foreach (ListingProblem problem in problems ?? []) onProblem(problem);
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        foreach (TimeFolder time in times)
        {
            int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref _folder);
            if (error == 0)
            {
                error = _folder!.List(_entries);
                _folder.Close();
            }

            if (error == 0) _snapshots.Add(new CountedSnapshot(counted, time, Indexes()));
            else if (WalkProblem.Unreadable(error, new SnapshotPlace(group, time).Path) is { } problem)
            {
                onProblem(problem);
            }
        }
    }

    private string[] Indexes()
    {
        var indexes = new List<string>();
        for (int i = 0; i < _entries.Count; i++)
        {
            ReadOnlySpan<byte> name = _entries.Name(i);
            if (_entries.Kind(i) == EntryKind.File
                && (name.EndsWith(".fidx"u8) || name.EndsWith(".didx"u8))
                && Utf8.IsValid(name))
            {
                indexes.Add(_names.Get(name));
            }
        }

        indexes.Sort(StringComparer.Ordinal);
        return [.. indexes];
    }
}
