using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Removal;

namespace PbsModule.Core.Features.Namespaces;

/// <summary>Plans the removal of a namespace. Everything in it must be readable for that.</summary>
/// <param name="store">The store, for identities.</param>
/// <param name="deleteGroups">Whether groups are removed as well.</param>
internal sealed class NamespacePlanner(DatastoreContext store, bool deleteGroups)
{
    /// <exception cref="PbsNotFoundException">The namespace does not exist.</exception>
    /// <exception cref="PbsConflictException">
    /// Groups are to be removed, and the namespace contains foreign files or folders.
    /// </exception>
    /// <exception cref="PbsException">Some content cannot be listed.</exception>
    public NamespaceRemovalPlan Run(Datastore datastore, BackupNamespace ns, CancellationToken cancellation)
    {
        IReadOnlyList<NamespaceContent> all =
            new NamespaceContentReader(datastore, deleteGroups).Read(ns, cancellation);
        if (deleteGroups) NamespaceContent.DemandNothingForeign(datastore, all);
        IEnumerable<GroupRemovalPlan> groups =
            from each in all
            from found in each.Groups
            where found.Content is not null
            select new GroupRemovalPlan(new GroupIdentity(store, each.Namespace, found.Path), found.Content!);
        return new NamespaceRemovalPlan(
            ns,
            deleteGroups,
            [.. all.Select(each => each.Namespace)],
            NamespaceContent.Kept(all, deleteGroups),
            [.. groups]);
    }
}
