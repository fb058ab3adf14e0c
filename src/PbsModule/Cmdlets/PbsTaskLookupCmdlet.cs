using System.ComponentModel;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Status;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that look up tasks, by connection and names of datastores.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsTaskLookupCmdlet : PbsCmdlet
{
    private protected PbsEngine SessionOf(TaskReference task)
    {
        if (task.Connection is not { } own) return Engine;
        RunspaceConnection.Demand(own, task.ToString());
        return new PbsEngine(own);
    }

    /// <summary>Returns a session through the connection of the datastore objects.</summary>
    private protected PbsEngine SessionOf(DatastoreReference[]? stores)
    {
        foreach (DatastoreReference reference in stores ?? [])
        {
            if (reference.Store is { } each) RunspaceConnection.Demand(each.Connection, reference.Source!.ToString());
        }

        return stores is [{ Store: { } store }, ..] ? new PbsEngine(store.Connection) : Engine;
    }

    /// <summary>Returns the names of datastores to find tasks by; they may no longer be registered.</summary>
    /// <exception cref="PbsArgumentException">
    /// The text is not a valid datastore name, or a folder has no name.
    /// </exception>
    private protected IReadOnlyList<NameFilter> StoreNames(DatastoreReference[]? stores) =>
        [.. (stores ?? []).Select(StoreName)];

    private NameFilter StoreName(DatastoreReference reference)
    {
        if (reference.Store is null && !DatastoreResolver.IsPath(reference.Text))
        {
            NameFilter filter = NameFilters.From(reference.Text);
            return !filter.IsLiteral || DatastoreName.Check(filter.Text) is not { } error ? filter
                : throw new PbsArgumentException(
                    PbsErrorId.DatastoreNameInvalid,
                    $"'{reference.Text}' is no name of a datastore: {error}",
                    reference.Text);
        }

        DatastoreContext store = reference.Store ?? Engine.Resolver.Resolve(FileSystemPath(reference.Text));
        return NameFilter.Literal(store.Name ?? throw new PbsArgumentException(PbsErrorId.DatastoreNameInvalid,
            $"'{reference.Text}' is not registered in the connection; tasks know datastores by their registered name",
            reference.Text));
    }
}
