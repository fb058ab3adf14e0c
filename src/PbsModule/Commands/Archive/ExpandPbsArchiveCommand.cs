using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Presentation;

namespace PbsModule.Commands;

/// <summary>Restores archives, or parts of them, as trees of files with all their attributes.</summary>
[Cmdlet(VerbsData.Expand, "PbsArchive", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[OutputType(typeof(ArchiveRestoreInfo), typeof(ArchiveGapInfo), typeof(RestoreWarningInfo))]
public sealed class ExpandPbsArchiveCommand : PbsArchiveCmdlet
{
    private readonly ExpansionPlan _plan = new();

    /// <inheritdoc cref="SavePbsArchiveItemCommand.Archive"/>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string? Archive { get; set; }

    /// <summary>The target folder. Entries keep their paths in the archive.</summary>
    [Parameter(ParameterSetName = FilterSet, Mandatory = true, HelpMessage = "The folder to restore to.")]
    [Parameter(ParameterSetName = GroupSet, Position = 3, Mandatory = true, HelpMessage = "The folder to restore to.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 3,
        Mandatory = true, HelpMessage = "The folder to restore to.")]
    public string? Destination { get; set; }

    /// <summary>Names to include, or paths if they contain '/'; wildcards allowed.</summary>
    [Parameter, ValidateNotNullOrEmpty, SupportsWildcards]
    public string[]? Include { get; set; }

    /// <summary>Names or paths to exclude; wildcards allowed.</summary>
    [Parameter, ValidateNotNullOrEmpty, SupportsWildcards]
    public string[]? Exclude { get; set; }

    /// <summary>Whether to replace existing files.</summary>
    [Parameter, Alias("Overwrite")]
    public SwitchParameter Force { get; set; }

    /// <summary>Whether to keep existing files.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Whether each snapshot gets its own folder in the destination.</summary>
    [Parameter]
    public SwitchParameter FolderPerSnapshot { get; set; }

    /// <summary>Whether to write zeros for chunks that cannot be read.</summary>
    [Parameter]
    public SwitchParameter AllowMissingChunk { get; set; }

    protected override void Begin()
    {
        var error = new PbsArgumentException(PbsErrorId.ParametersConflict, "-Force and -NoClobber exclude each other");
        if (Force && NoClobber) ThrowTerminatingError(ErrorRecords.From(error, null)!);
        base.Begin();
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            _plan.Select(store, snapshot);
            Attempt(snapshot.ToString(), () => _plan.Add(engine, store, snapshot, Archive, ItemPath is null
                ? []
                : [.. Literals(engine, store, snapshot, Archive)], isWhole: ItemPath is null));
        }
    }

    // Runs at the end, because items of one archive that arrive one by one form one tree.
    protected override void End() => Attempt(null, () =>
    {
        SnapshotFolders? folders = _plan.DemandOneEach(FolderPerSnapshot);
        using var expander = new ArchiveExpander(this, Report, StopToken);
        var request = new ExpandRequest(FileSystemPath(Destination!))
        {
            Include = [.. (Include ?? []).Select(text => NameFilters.Bytes(text, caseSensitive: false))],
            Exclude = [.. (Exclude ?? []).Select(text => NameFilters.Bytes(text, caseSensitive: false))],
            Overwrite = Force,
            NoClobber = NoClobber,
            AllowMissingChunk = AllowMissingChunk, Key = Key,
        };
        foreach (PlannedExpansion planned in _plan.All)
        {
            Attempt(planned.Snapshot.ToString(), () => expander.Expand(planned, request with
            {
                Folder = folders?[planned.Store, planned.Snapshot],
            }));
        }
    });
}
