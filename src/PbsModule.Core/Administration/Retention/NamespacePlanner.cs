using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

/// <summary>Foresees what the removal of a namespace removes and what it leaves. What cannot be looked at cannot be foreseen.</summary>
/// <param name="store">The store, for identities.</param>
/// <param name="deleteGroups">Whether groups are removed as well.</param>
internal sealed class NamespacePlanner(DatastoreContext store, bool deleteGroups)
{
    private readonly GroupWalk _walk = new();
    private readonly EntryList _entries = new();
    private readonly List<BackupNamespace> _namespaces = [];
    private readonly HashSet<BackupNamespace> _kept = [];
    private readonly List<GroupRemovalPlan> _groups = [];

    // What is in the folders of namespaces below.
    private readonly Dictionary<BackupNamespace, int> _below = [];

    /// <exception cref="PbsNotFoundException">The namespace is not there.</exception>
    /// <exception cref="PbsException">Something cannot be listed.</exception>
    public NamespaceRemovalPlan Run(Datastore datastore, BackupNamespace ns, CancellationToken cancellation)
    {
        foreach (NamespaceStep step in NamespaceWalk.Run(datastore, ns, BackupNamespace.MaxDepth))
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.Problem?.Exception is { } failure) throw failure;
            if (step.Item is { } folder) Add(folder, cancellation);
        }

        // A namespace stays with one below it, those below come later; or with something that is none.
        for (int i = _namespaces.Count - 1; i >= 0; i--)
        {
            BackupNamespace each = _namespaces[i];
            if (_below.GetValueOrDefault(each) > 0) _kept.Add(each);
            if (i == 0) break;
            _below[each.Parent!]--;
            if (_kept.Contains(each)) _kept.Add(each.Parent!);
        }

        return new NamespaceRemovalPlan(ns, deleteGroups, _namespaces, _kept, _groups);
    }

    private void Add(NamespaceFolder ns, CancellationToken cancellation)
    {
        _namespaces.Add(ns.Namespace);
        var goes = BackupTypeText.All.ToDictionary(type => type.Text(), _ => 0);
        foreach (WalkStep<GroupFolder> step in _walk.Run(ns, [], static _ => true))
        {
            cancellation.ThrowIfCancellationRequested();
            if (step.Problem?.Exception is { } failure) throw failure;
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            GroupRemovalPlan plan = GroupRemovalPlan.Of(new GroupIdentity(store, ns.Namespace, group.Path), group);
            _groups.Add(plan);
            if (plan.Protected == 0) goes[group.Path.Type.Text()]++;
        }

        foreach (string name in Names(ns.Folder, ns.Path))
        {
            if (name == Datastore.NamespaceFolder) _below[ns.Namespace] = Count(ns, name);
            else if (!deleteGroups || !goes.TryGetValue(name, out int count) || Count(ns, name) > count) _kept.Add(ns.Namespace);
        }
    }

    /// <summary>How much is in a folder; what is no folder does not go either.</summary>
    private int Count(NamespaceFolder ns, string name)
    {
        Folder? folder = null;
        int error = ns.Folder.OpenFolder(System.Text.Encoding.UTF8.GetBytes(name), ref folder);
        if (error != 0) return error == OsError.ENOENT ? 0 : int.MaxValue;
        using (folder) return Names(folder!, Path.Combine(ns.Path, name)).Length;
    }

    private string[] Names(Folder folder, string path)
    {
        int error = folder.List(_entries);
        if (error is not (0 or OsError.ENOENT)) throw WalkProblem.Unreadable(error, path)!.Exception!;
        return [.. Enumerable.Range(0, _entries.Count).Select(i => _entries.Text(i, out _))];
    }
}
