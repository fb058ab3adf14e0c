using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Cmdlets;

/// <summary>
/// The base of cmdlets that work on the content of file archives: selects snapshots, then archives and paths in them.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsArchiveCmdlet : PbsKeyCmdlet
{
    private bool _isTyped;

    /// <summary>
    /// Paths in the archives; wildcards are allowed in typed ones. An empty variable must not select everything.
    /// </summary>
    [Parameter(ParameterSetName = FilterSet, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = GroupSet, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2, ValueFromPipelineByPropertyName = true)]
    [Alias("Path"), ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(ArchivePathCompleter))]
    public virtual string[]? ItemPath { get; set; }

    /// <summary>Whether to continue without a manifest that is missing or damaged.</summary>
    [Parameter]
    public SwitchParameter AllowMissingManifest { get; set; }

    private protected override bool GoesWithoutManifest => AllowMissingManifest;

    protected override void Begin()
    {
        base.Begin();
        _isTyped = Given(nameof(ItemPath));
    }

    /// <summary>Returns the selected paths.</summary>
    /// <param name="hasArchive">
    /// Whether an archive was bound too: the Path of an object without an archive is the location of something else.
    /// </param>
    private protected IReadOnlyList<CatalogPath> PathsOf(bool hasArchive) =>
        _isTyped || hasArchive ? [.. (ItemPath ?? []).Select(path =>
            NameFilters.Path(path, _isTyped, caseSensitive: false))] : [];

    /// <summary>
    /// Returns the selected paths without wildcards: a pattern is replaced by its matches in the archive.
    /// </summary>
    private protected IEnumerable<CatalogPath> Literals(
        PbsEngine engine,
        DatastoreContext store,
        SnapshotPath snapshot,
        string? archive)
    {
        foreach (CatalogPath path in PathsOf(archive is not null))
        {
            if (path.IsLiteral)
            {
                yield return path;
                continue;
            }

            var query = new CatalogQuery
            {
                Archives = archive is null ? [] : [NameFilter.Literal(archive)],
                Paths = [path],
            };
            foreach (ArchiveItemInfo item in engine.Archives.ListItems(store, snapshot, query, Key, Report, StopToken))
            {
                yield return CatalogPath.Literal(item.Path);
            }
        }
    }
}
