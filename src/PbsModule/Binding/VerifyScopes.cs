using PbsModule.Core.Datastores;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Binding;

/// <summary>Describes the scopes of a verification.</summary>
internal static class VerifyScopes
{
    /// <summary>Describes a run for its confirmation.</summary>
    public static string Describe(DatastoreContext store, IReadOnlyList<VerifyScope> scopes) => scopes switch
    {
        [{ Group: null, Namespace.IsRoot: true }] => $"datastore {store}",
        [{ Group: null } only] => $"namespace {only.Namespace} in datastore {store}",
        [var only] => $"{only} in datastore {store}",
        _ => $"{scopes.Count} selections in datastore {store}",
    };

    /// <summary>Makes a scope of a namespace with those below it, as far as a selection reaches.</summary>
    public static VerifyScope Of(SnapshotQuery selection) =>
        new(selection.Namespace, Depth: selection.Recurse ? BackupNamespace.MaxDepth : selection.Depth ?? 0);
}
