using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Commands;

/// <summary>Adds the log of a backup client to snapshots that have none.</summary>
[Cmdlet(VerbsCommon.Add, "PbsBackupLog", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[OutputType(typeof(SnapshotFileInfo))]
public sealed class AddPbsBackupLogCommand : PbsKeyCmdlet
{
    private BackupLog? _log;
    private string? _logOf;

    /// <summary>The log: a text file, or a blob in PBS's format.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The file with the client's log.")]
    [Parameter(ParameterSetName = GroupSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The file with the client's log.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The file with the client's log.")]
    [Alias("PSPath")]
    public string? LogFile { get; set; }

    /// <summary>Whether to write the new file of the snapshot.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whether to write even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NeedsDatastore => true;

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        if (!NamesSnapshots(selection))
        {
            throw new PbsArgumentException(
                PbsErrorId.SnapshotRequired,
                "it is not said which snapshot the log is of; -Snapshot, or -BackupTime beside the group, says so");
        }

        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                engine.BackupLogs.Check(store, snapshot);
                BackupLog log = Log();
                if (!ShouldProcess($"{snapshot} in {store}", $"Add {log.Blob.Length} bytes of log")) return;
                SnapshotFileInfo added = engine.BackupLogs.Add(store, snapshot, log, Force, StopToken);
                if (PassThru) WriteObject(added);
            });
        }
    }

    private BackupLog Log()
    {
        string path = FileSystemPath(LogFile!);
        if (_log is null || path != _logOf) (_log, _logOf) = (BackupLog.Load(path, Key), path);
        return _log;
    }
}
