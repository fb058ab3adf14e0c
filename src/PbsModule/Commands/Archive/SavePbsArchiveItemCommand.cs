using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Archives;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Presentation;

namespace PbsModule.Commands;

/// <summary>Saves files from archives, and folders packed as zip or tar.</summary>
[Cmdlet(VerbsData.Save, "PbsArchiveItem", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(ArchiveGapInfo))]
public sealed class SavePbsArchiveItemCommand : PbsArchiveCmdlet
{
    private ArchiveSaver? _saver;

    /// <summary>The archive, <c>root.pxar</c> or <c>root.pxar.didx</c>; optional if there is only one.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ArchiveCompleter))]
    public string? Archive { get; set; }

    /// <summary>The target folder or file.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    [Parameter(ParameterSetName = GroupSet, Position = 3,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 3,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    public string? Destination { get; set; }

    /// <summary>Whether to save as a zip file.</summary>
    [Parameter]
    public SwitchParameter AsZip { get; set; }

    /// <summary>Whether to save as a tar file compressed with Zstandard.</summary>
    [Parameter]
    public SwitchParameter AsTarZstd { get; set; }

    /// <summary>Whether to write zeros for chunks that cannot be read.</summary>
    [Parameter]
    public SwitchParameter AllowMissingChunk { get; set; }

    /// <summary>Whether each snapshot gets its own folder in the destination.</summary>
    [Parameter]
    public SwitchParameter FolderPerSnapshot { get; set; }

    /// <summary>Whether to replace existing files.</summary>
    [Parameter, Alias("Overwrite")]
    public SwitchParameter Force { get; set; }

    protected override void Begin()
    {
        if (AsZip && AsTarZstd)
        {
            ThrowTerminatingError(ErrorRecords.From(
                new PbsArgumentException(PbsErrorId.ParametersConflict, "-AsZip and -AsTarZstd exclude each other"),
                null)!);
        }

        base.Begin();
        _saver = new ArchiveSaver(this, Report, StopToken);
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        ArchivePacking packing =
            AsZip ? ArchivePacking.Zip : AsTarZstd ? ArchivePacking.TarZstd : ArchivePacking.Default;
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                var request = new ArchiveSaveRequest(CatalogPath.Literal("/"), FileSystemPath(Destination!))
                {
                    Archive = Archive,
                    Packing = packing,
                    AllowMissingChunk = AllowMissingChunk,
                    Replace = Force,
                    Key = Key,
                };
                _saver!.Add(engine, store, snapshot, request, () =>
                    ItemPath is null ? [request.Path] : [.. Literals(engine, store, snapshot, Archive)]);
            });
        }
    }

    // Runs at the end, because only then it is known whether several snapshots have the same target.
    protected override void End() => Attempt(null, () => _saver!.SaveAll(FolderPerSnapshot));

    protected override void Dispose(bool disposing)
    {
        if (disposing) _saver?.Dispose();
        base.Dispose(disposing);
    }
}
