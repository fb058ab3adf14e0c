using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Content;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Saves files of snapshots, unchanged or decoded.</summary>
[Cmdlet(VerbsData.Save, "PbsSnapshotFile", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo), typeof(ContentGapInfo))]
public sealed class SavePbsSnapshotFileCommand : PbsKeyCmdlet
{
    private FileSaver? _saver;

    /// <summary>File names, wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A file of the snapshot.")]
    [Parameter(ParameterSetName = GroupSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A file of the snapshot.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "A file of the snapshot.")]
    [SupportsWildcards, ArgumentCompleter(typeof(FileNameCompleter))]
    public string[]? FileName { get; set; }

    /// <summary>The target folder, file, or block device.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    [Parameter(ParameterSetName = GroupSet, Position = 3,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 3,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The folder or file to write to.")]
    public string? Destination { get; set; }

    /// <summary>Whether to write the data that a file holds instead of the file itself.</summary>
    [Parameter]
    public SwitchParameter Decode { get; set; }

    /// <summary>Whether to write zeros for chunks that cannot be read.</summary>
    [Parameter]
    public SwitchParameter AllowMissingChunk { get; set; }

    /// <summary>Whether to continue without a manifest that is missing or damaged.</summary>
    [Parameter]
    public SwitchParameter AllowMissingManifest { get; set; }

    /// <summary>Whether each snapshot gets its own folder in the destination.</summary>
    [Parameter]
    public SwitchParameter FolderPerSnapshot { get; set; }

    /// <summary>Whether to replace existing files.</summary>
    [Parameter, Alias("Overwrite")]
    public SwitchParameter Force { get; set; }

    private protected override bool GoesWithoutManifest => AllowMissingManifest;

    protected override void Begin()
    {
        base.Begin();
        if (!Decode && (KeyFile is not null || AllowMissingChunk || AllowMissingManifest))
        {
            WriteWarning(
                "-KeyFile, -AllowMissingChunk and -AllowMissingManifest mean nothing without -Decode: files are copied "
                    + "as they are");
        }

        _saver = new FileSaver(this, StopToken);
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                var request = new SaveRequest("", FileSystemPath(Destination!))
                {
                    Decode = Decode,
                    Key = Key,
                    AllowMissingChunk = AllowMissingChunk,
                    Replace = Force,
                };
                _saver!.Add(engine, store, snapshot, request, () =>
                    engine.Content.Match(store, snapshot, NameFilters.From(FileName)));
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
