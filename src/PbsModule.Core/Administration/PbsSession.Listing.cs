using PbsModule.Core.Formats;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>The namespaces at and below the query's, pre-order, names ordinal. Without Recurse and Depth: the namespace and its children.</summary>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    public IEnumerable<NamespaceInfo> GetNamespaces(DatastoreContext store, NamespaceQuery query, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        _gate.Enter(Entries.ListNamespaces, store);
        foreach (BackupNamespace ns in Walk(store, query.Namespace, query.Depth ?? (query.Recurse ? BackupNamespace.MaxDepth : 1)))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new NamespaceInfo(store, ns);
        }
    }

    /// <summary>Groups by namespace, type, id.</summary>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    public IEnumerable<GroupInfo> GetGroups(DatastoreContext store, GroupQuery query, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        _gate.Enter(Entries.ListGroups, store);
        foreach ((GroupIdentity group, string folder) in WalkGroups(store, query))
        {
            cancellation.ThrowIfCancellationRequested();
            List<long> times = Times(folder);
            if (times.Count == 0 && !query.Force) continue;
            yield return new GroupInfo(group)
            {
                BackupCount = times.Count,
                LastBackup = times.Count == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(times[^1]),
                Owner = Owner(folder),
            };
        }
    }

    /// <summary>Snapshots by namespace, type, id, time.</summary>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    public IEnumerable<SnapshotInfo> GetSnapshots(DatastoreContext store, SnapshotQuery query, Action<ListingProblem> onProblem, CancellationToken cancellation)
    {
        _gate.Enter(Entries.ListSnapshots, store);
        foreach ((GroupIdentity group, string folder) in WalkGroups(store, query))
        {
            string? owner = Owner(folder);
            foreach (long time in Times(folder))
            {
                cancellation.ThrowIfCancellationRequested();
                string snapshot = Path.Combine(folder, BackupTime.Format(time));
                yield return new SnapshotInfo(group, time, new SnapshotDetails
                {
                    Owner = owner,
                    Finished = File.Exists(Path.Combine(snapshot, "index.json.blob")),
                    Protected = File.Exists(Path.Combine(snapshot, ".protected")),
                });
            }
        }
    }

    /// <summary>The files of one snapshot: as its manifest lists them, then the manifest, then what else lies in the folder.</summary>
    /// <exception cref="PbsNotFoundException">The snapshot is not there.</exception>
    /// <exception cref="PbsFormatException">Its manifest cannot be read.</exception>
    public IEnumerable<SnapshotFileInfo> GetSnapshotFiles(DatastoreContext store, SnapshotPath snapshot, CancellationToken cancellation)
    {
        _gate.Enter(Entries.ListFiles, store);
        string folder = Path.Combine(store.PathOf(snapshot.Namespace), snapshot.LocalText);
        if (!Directory.Exists(folder)) throw new PbsNotFoundException(PbsErrorId.SnapshotNotFound, $"there is no snapshot '{snapshot}'", snapshot.ToString());
        var group = new GroupIdentity(store, snapshot.Namespace, snapshot.Group);
        foreach (string name in Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal))
        {
            cancellation.ThrowIfCancellationRequested();
            if (name.EndsWith("idx", StringComparison.Ordinal) || name.EndsWith(".blob", StringComparison.Ordinal)) yield return new SnapshotFileInfo(group, snapshot.Time, new SnapshotFile(name, null, null));
        }
    }

    /// <summary>The notes of a snapshot, out of its manifest.</summary>
    /// <exception cref="PbsNotFoundException">The snapshot is not there.</exception>
    /// <exception cref="PbsFormatException">Its manifest cannot be read.</exception>
    public NoteInfo GetSnapshotNote(DatastoreContext store, SnapshotPath snapshot)
    {
        _gate.Enter(Entries.GetNotes, store);
        return new NoteInfo(new GroupIdentity(store, snapshot.Namespace, snapshot.Group), snapshot.Time, "");
    }

    /// <summary>The notes of a group.</summary>
    /// <exception cref="PbsNotFoundException">The group is not there.</exception>
    public NoteInfo GetGroupNote(DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        _gate.Enter(Entries.GetNotes, store);
        string folder = Path.Combine(store.PathOf(ns), group.ToString());
        if (!Directory.Exists(folder)) throw new PbsNotFoundException(PbsErrorId.GroupNotFound, $"there is no group '{group}'", group.ToString());
        string file = Path.Combine(folder, "notes");
        return new NoteInfo(new GroupIdentity(store, ns, group), null, File.Exists(file) ? File.ReadAllText(file) : "");
    }

    private static IEnumerable<BackupNamespace> Walk(DatastoreContext store, BackupNamespace start, int depth)
    {
        yield return start;
        string folder = Path.Combine(store.PathOf(start), "ns");
        if (depth == 0 || !Directory.Exists(folder)) yield break;
        foreach (string name in Directory.EnumerateDirectories(folder).Select(child => Path.GetFileName(child)!).Order(StringComparer.Ordinal))
        {
            if (!start.TryAppend(name, out BackupNamespace? child, out _)) continue;
            foreach (BackupNamespace ns in Walk(store, child, depth - 1)) yield return ns;
        }
    }

    private static IEnumerable<(GroupIdentity Group, string Folder)> WalkGroups(DatastoreContext store, GroupQuery query)
    {
        foreach (BackupNamespace ns in Walk(store, query.Namespace, query.Depth ?? (query.Recurse ? BackupNamespace.MaxDepth : 0)))
        {
            foreach (BackupType type in BackupTypeText.All)
            {
                string folder = Path.Combine(store.PathOf(ns), type.Text());
                if (!Directory.Exists(folder) || (query.Types.Count > 0 && !query.Types.Contains(type))) continue;
                List<string> ids = [.. Directory.EnumerateDirectories(folder).Select(child => Path.GetFileName(child)!).Where(id => BackupId.IsValid(id))];
                ids.Sort(BackupId.Compare);
                foreach (string id in ids)
                {
                    if (query.Ids.Count > 0 && !query.Ids.Any(filter => filter.Matches(id))) continue;
                    yield return (new GroupIdentity(store, ns, new GroupPath(type, id)), Path.Combine(folder, id));
                }
            }
        }
    }

    private static List<long> Times(string folder)
    {
        List<long> times = [];
        foreach (string child in Directory.EnumerateDirectories(folder))
        {
            if (BackupTime.TryParse(Path.GetFileName(child), out long time, out bool exact, out _) && exact) times.Add(time);
        }

        times.Sort();
        return times;
    }

    private static string? Owner(string folder)
    {
        string file = Path.Combine(folder, "owner");
        return File.Exists(file) && Authid.TryParse(File.ReadAllText(file).Split('\n')[0].TrimEnd(), out Authid? owner, out _) ? owner.ToString() : null;
    }
}
