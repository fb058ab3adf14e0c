using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Catalogs;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Finds files in the catalogs of any number of snapshots.</summary>
[Cmdlet(VerbsCommon.Find, "PbsFile", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(CatalogItemInfo), typeof(FileVersionInfo))]
public sealed class FindPbsFileCommand : PbsKeyCmdlet
{
    private FoundFiles? _found;

    /// <summary>Names; wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet)]
    [Parameter(ParameterSetName = GroupSet, Position = 2)]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2)]
    [SupportsWildcards]
    public string[]? Name { get; set; }

    /// <summary>Whole paths in the archives; wildcards allowed, and '*' also matches '/'.</summary>
    [Parameter]
    [Alias("Path"), SupportsWildcards]
    [ArgumentCompleter(typeof(ItemPathCompleter))]
    public string[]? ItemPath { get; set; }

    /// <summary>Archives, <c>root.pxar</c> or <c>root.pxar.didx</c>; wildcards allowed.</summary>
    [Parameter]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string[]? Archive { get; set; }

    /// <summary>Types of entries.</summary>
    [Parameter]
    public CatalogEntryType[]? Type { get; set; }

    /// <summary>Whether wildcards match case-sensitively.</summary>
    [Parameter]
    public SwitchParameter CaseSensitive { get; set; }

    /// <summary>
    /// Whether to write the versions of each file: snapshots in which it has the same size and time are combined.
    /// </summary>
    [Parameter]
    public SwitchParameter Version { get; set; }

    protected override void Begin()
    {
        base.Begin();
        Attempt(null, () => _found = new FoundFiles(this, Version, Report, new FileSearch(
            new FileQuery
            {
                Names = [.. (Name ?? []).Select(name => NameFilters.Bytes(name, CaseSensitive))],
                Paths = [.. (ItemPath ?? []).Select(path => NameFilters.Path(path, isTyped: true, CaseSensitive))],
                Archives = NameFilters.From(Archive),
                Types = Type ?? [],
            },
            Key,
            StopToken)));
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        if (_found is null) return;
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () => _found.Add(engine, store, snapshot));
        }
    }

    protected override void End() => Attempt(null, () => _found?.Finish());

    protected override void Dispose(bool disposing)
    {
        if (disposing) _found?.Dispose();
        base.Dispose(disposing);
    }
}
