using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Removal;

/// <summary>
/// What may go with a namespace: the namespaces that were shown, and of each of their groups the snapshots that were.
/// </summary>
/// <param name="Namespaces">The namespace and those below it.</param>
/// <param name="Groups">Snapshots by time, for each group; empty where groups stay.</param>
internal sealed record NamespaceAgreement(
    IReadOnlySet<BackupNamespace> Namespaces,
    IReadOnlyDictionary<(BackupNamespace, GroupPath), IReadOnlyDictionary<long, SnapshotState>> Groups);

/// <summary>
/// Removes namespaces. Nothing locks a namespace: only empty folders are removed, so that a group made meanwhile stops
/// it. Where groups are removed as well, everything is looked at first, and nothing goes unless all of it belongs to
/// the datastore.
/// </summary>
internal sealed class NamespaceRemoval(Datastore store, DatastoreLocks locks, IFileMutations mutations)
{
    private readonly SnapshotRemoval _removal = new(store, locks, mutations);
    private readonly GroupWalk _groups = new();

    /// <param name="ns">The namespace.</param>
    /// <param name="deleteGroups">Also the groups in it and below.</param>
    /// <param name="agreed">What may go; null for all.</param>
    /// <param name="cancellation">Ends it between two snapshots.</param>
    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsConflictException">
    /// Something is left, in PBS's words; or there is something that may not go, and nothing is removed.
    /// </exception>
    /// <exception cref="PbsException">Something cannot be listed, or a group not be removed; what was removed before is
    /// gone.</exception>
    public void Run(BackupNamespace ns, bool deleteGroups, NamespaceAgreement? agreed, CancellationToken cancellation)
    {
        IReadOnlyList<NamespaceContent> all = new NamespaceContentReader(store, deleteGroups).Read(ns, cancellation);
        if (agreed is not null) DemandAgreed(all, deleteGroups, agreed);
        int kept = 0;
        if (deleteGroups)
        {
            NamespaceContent.DemandNothingForeign(store, all);
            foreach (NamespaceContent each in all) kept += RemoveGroups(each, agreed, cancellation);
        }

        bool isComplete = true;
        for (int i = all.Count - 1; i >= 0; i--) isComplete &= TryRemove(all[i].Namespace);
        if (!isComplete) throw Incomplete(all, deleteGroups, kept);
    }

    private static PbsConflictException Incomplete(IReadOnlyList<NamespaceContent> all, bool deleteGroups, int kept)
    {
        string ns = all[0].Namespace.Text;
        if (deleteGroups && kept == 0)
        {
            return new PbsConflictException(PbsErrorId.NamespaceNotEmpty,
                $"namespace '{ns}' is removed in part only: something has come into it meanwhile", ns)
            {
                RecommendedAction = "Look at what is there now, and repeat the removal.",
            };
        }

        if (deleteGroups)
        {
            return new PbsConflictException(PbsErrorId.NamespaceNotEmpty,
                "group only partially deleted due to protected snapshots", ns)
            {
                RecommendedAction = $"Get-PbsSnapshot -Namespace {ns} -Recurse -Protected lists the {kept} that stay.",
            };
        }

        ForeignEntry[] foreign = [.. all.SelectMany(static each => each.Foreign)];
        const string groups = "only partially deleted due to existing groups but `delete-groups` not true ";
        return new PbsConflictException(PbsErrorId.NamespaceNotEmpty, groups, ns)
        {
            RecommendedAction = foreign.Length == 0 ? "Use -DeleteGroups to remove the groups, too."
                : $"What does not belong there stays in any case: {ForeignEntry.List(foreign)}.",
        };
    }

    private void DemandAgreed(IReadOnlyList<NamespaceContent> all, bool deleteGroups, NamespaceAgreement agreed)
    {
        foreach (NamespaceContent each in all)
        {
            bool isAgreed = agreed.Namespaces.Contains(each.Namespace);
            if (!isAgreed) throw NotAgreed($"namespace '{each.Namespace}'", store.PathOf(each.Namespace));
            if (!deleteGroups) continue;
            foreach (NamespaceGroup group in each.Groups)
            {
                using GroupFolder? folder = TryOpen(each.Namespace, group.Path);
                if (folder is not null) group.Content!.DemandAgreed(folder, Agreed(agreed, folder));
            }
        }
    }

    /// <returns>How many snapshots are protected and stay.</returns>
    private int RemoveGroups(NamespaceContent ns, NamespaceAgreement? agreed, CancellationToken cancellation)
    {
        int kept = 0;
        foreach (NamespaceGroup group in ns.Groups)
        {
            cancellation.ThrowIfCancellationRequested();
            using GroupFolder? folder = TryOpen(ns.Namespace, group.Path);
            if (folder is null) continue;
            IReadOnlyDictionary<long, SnapshotState>? snapshots = agreed is null ? null : Agreed(agreed, folder);
            kept += _removal.RemoveGroup(folder, snapshots, cancellation).ProtectedSnapshots;
        }

        if (ns.Types.Count == 0) return kept;
        using NamespaceFolder own = NamespaceFolder.Open(store, ns.Namespace);
        foreach (BackupType type in ns.Types) TryRemove(own.Folder, Path.Combine(own.Path, type.Text()));
        return kept;
    }

    /// <summary>Null where the group has gone meanwhile.</summary>
    private GroupFolder? TryOpen(BackupNamespace ns, GroupPath path)
    {
        try
        {
            using NamespaceFolder folder = NamespaceFolder.Open(store, ns);
            return _groups.Open(folder, path);
        }
        catch (PbsNotFoundException)
        {
            return null;
        }
    }

    private static IReadOnlyDictionary<long, SnapshotState> Agreed(NamespaceAgreement agreed, GroupFolder group) =>
        agreed.Groups.GetValueOrDefault((group.Namespace, group.Path))
        ?? throw NotAgreed($"group '{group.IdentityText}'", group.FullPath);

    private static PbsConflictException NotAgreed(string what, string path) =>
        new(PbsErrorId.GroupChanged, $"{what} was not there when the removal of its namespace was planned", path)
        {
            RecommendedAction = "Look at the namespace again, and repeat the removal if that may go, too.",
        };

    /// <summary>
    /// Out of the folder above, which is opened without following a link: see <see cref="FolderRemoval"/>.
    /// </summary>
    private bool TryRemove(BackupNamespace ns)
    {
        string path = store.PathOf(ns);
        try
        {
            using (NamespaceFolder own =
                NamespaceFolder.Open(store, ns)) TryRemove(own.Folder, Path.Combine(path, Datastore.NamespaceFolder));
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

    /// <summary>False for what is no empty folder.</summary>
    private bool TryRemove(Folder parent, string path)
    {
        try
        {
            mutations.RemoveDirectory(parent, path);
            return true;
        }
        catch (OsErrorException e) when (e.Errno is OsError.ENOENT)
        {
            return true;
        }
        catch (OsErrorException e)
            when (e.Errno is OsError.ENOTEMPTY or OsError.EEXIST or OsError.ENOTDIR or OsError.EBUSY)
        {
            return false;
        }
        catch (OsErrorException e)
        {
            throw Failure(e, path);
        }
    }

    private static PbsException Failure(OsErrorException e, string path) =>
        e.As(PbsErrorId.NamespaceUnwritable, $"failed to remove namespace folder {PathText.Quote(path)}", path);
}
