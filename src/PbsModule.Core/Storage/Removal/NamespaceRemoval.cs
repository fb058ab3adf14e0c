using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes namespaces. Nothing locks a namespace: only empty folders are removed, so that a group made meanwhile stops it.
/// </summary>
internal sealed class NamespaceRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    private readonly SnapshotRemoval _removal = new(store, locks, mutations);

    /// <param name="ns">The namespace.</param>
    /// <param name="deleteGroups">Also the groups in it and below.</param>
    /// <param name="agreed">The groups that may go, with the times of those of their snapshots that may; null for all.</param>
    /// <param name="cancellation">Ends it between two snapshots.</param>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsConflictException">Something is left, in PBS's words; or there is something that may not go, and nothing is removed.</exception>
    /// <exception cref="PbsException">Something cannot be listed, or a group not be removed; what was removed before is gone.</exception>
    public void Run(BackupNamespace ns, bool deleteGroups, IReadOnlyDictionary<(BackupNamespace, GroupPath), IReadOnlySet<long>>? agreed, CancellationToken cancellation)
    {
        List<BackupNamespace> all = All(ns);
        if (deleteGroups)
        {
            if (agreed is not null)
            {
                foreach (BackupNamespace each in all) ForEachGroup(each, group => SnapshotRemoval.DemandAgreed(group, Agreed(agreed, group)), cancellation);
            }

            foreach (BackupNamespace each in all) RemoveGroups(each, agreed, cancellation);
        }

        bool isComplete = true;
        for (int i = all.Count - 1; i >= 0; i--) isComplete &= TryRemove(all[i]);
        if (isComplete) return;
        throw deleteGroups
            ? new PbsConflictException(PbsErrorId.NamespaceNotEmpty, "group only partially deleted due to protected snapshots", ns.Text)
            {
                RecommendedAction = "Look for protected snapshots and for files that do not belong there: Get-PbsSnapshot -Namespace … -Recurse | Where-Object Protected.",
            }
            : new PbsConflictException(PbsErrorId.NamespaceNotEmpty, "only partially deleted due to existing groups but `delete-groups` not true ", ns.Text)
            {
                RecommendedAction = "Use -DeleteGroups to remove the groups, too.",
            };
    }

    private List<BackupNamespace> All(BackupNamespace ns)
    {
        List<BackupNamespace> all = [];
        foreach (NamespaceStep step in NamespaceWalk.Run(store, ns, BackupNamespace.MaxDepth))
        {
            if (step.Problem?.Exception is { } failure) throw failure;
            if (step.Item is { } found) all.Add(found.Namespace);
        }

        return all;
    }

    private void RemoveGroups(BackupNamespace ns, IReadOnlyDictionary<(BackupNamespace, GroupPath), IReadOnlySet<long>>? agreed, CancellationToken cancellation)
    {
        ForEachGroup(ns, group => _removal.RemoveGroup(group, agreed is null ? null : Agreed(agreed, group), cancellation), cancellation);
        using NamespaceFolder folder = NamespaceFolder.Open(store, ns);
        foreach (BackupType type in BackupTypeText.All) TryRemove(folder.Folder, Path.Combine(folder.Path, type.Text()));
    }

    private void ForEachGroup(BackupNamespace ns, Action<GroupFolder> act, CancellationToken cancellation)
    {
        using NamespaceFolder folder = NamespaceFolder.Open(store, ns);
        foreach (WalkStep<GroupFolder> step in new GroupWalk().Run(folder, [], static _ => true))
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.Problem?.Exception is { } failure) throw failure;
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            act(group);
        }
    }

    private static IReadOnlySet<long> Agreed(IReadOnlyDictionary<(BackupNamespace, GroupPath), IReadOnlySet<long>> agreed, GroupFolder group) =>
        agreed.TryGetValue((group.Namespace, group.Path), out IReadOnlySet<long>? times) ? times
            : throw new PbsConflictException(PbsErrorId.GroupChanged, $"group '{(group.Namespace.IsRoot ? "" : group.Namespace.DiskPath + "/")}{group.Path}' was not there when the removal of its namespace was planned", group.FullPath)
            {
                RecommendedAction = "Look at the namespace again, and repeat the removal if that group may go, too.",
            };

    /// <summary>Out of the folder above, which is opened without following a link: see <see cref="TreeRemoval"/>.</summary>
    private bool TryRemove(BackupNamespace ns)
    {
        string path = store.PathOf(ns);
        try
        {
            using (NamespaceFolder own = NamespaceFolder.Open(store, ns)) TryRemove(own.Folder, Path.Combine(path, Datastore.NamespaceFolder));
            using NamespaceFolder parent = NamespaceFolder.Open(store, ns.Parent!);
            Folder? names = null;
            int error = parent.Folder.OpenFolder("ns"u8, ref names);
            if (error != 0) throw Failure(new OsErrorException(error, path), path);
            using (names) return TryRemove(names!, path);
        }
        catch (PbsNotFoundException)
        {
            // Gone is gone.
            return true;
        }
    }

    private bool TryRemove(Folder parent, string path)
    {
        try
        {
            mutations.RemoveDirectory(parent, path);
            return true;
        }
        catch (OsErrorException e) when (e.Errno is OsError.ENOENT or OsError.ENOTEMPTY or OsError.EEXIST)
        {
            return e.Is(OsError.ENOENT);
        }
        catch (OsErrorException e)
        {
            throw Failure(e, path);
        }
    }

    private static PbsException Failure(OsErrorException e, string path) =>
        e.As(PbsErrorId.NamespaceUnwritable, $"failed to remove namespace folder {PathText.Quote(path)}", path);
}
