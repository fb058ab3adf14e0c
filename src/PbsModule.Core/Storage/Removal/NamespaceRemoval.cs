using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>
/// Removes namespaces. Nothing locks a namespace: only empty folders are removed, so that a group made meanwhile stops it.
/// </summary>
internal sealed class NamespaceRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    private readonly SnapshotRemoval _removal = new(store, locks, mutations);

    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsConflictException">Something is left, in PBS's words.</exception>
    /// <exception cref="PbsException">A group cannot be removed; what was removed before is gone.</exception>
    public void Run(BackupNamespace ns, bool deleteGroups, CancellationToken cancellation)
    {
        List<BackupNamespace> all = All(ns);
        if (deleteGroups)
        {
            foreach (BackupNamespace each in all) RemoveGroups(each, cancellation);
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
            // What cannot be read cannot be removed either, and is met again there.
            if (step.Item is { } found) all.Add(found.Namespace);
        }

        return all;
    }

    private void RemoveGroups(BackupNamespace ns, CancellationToken cancellation)
    {
        using NamespaceFolder folder = NamespaceFolder.Open(store, ns);
        foreach (WalkStep<GroupFolder> step in new GroupWalk().Run(folder, [], static _ => true))
        {
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            _removal.RemoveGroup(group, agreed: null, cancellation);
        }

        foreach (BackupType type in BackupTypeText.All) TryRemove(folder.Folder, Path.Combine(folder.Path, type.Text()));
    }

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
