using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Replaces the notes of groups, or of snapshots if a time or a snapshot is given.</summary>
[Cmdlet(VerbsCommon.Set, "PbsNote", DefaultParameterSetName = FilterSet, SupportsShouldProcess = true)]
[OutputType(typeof(NoteInfo))]
public sealed class SetPbsNoteCommand : PbsSnapshotCmdlet
{
    /// <summary>The complete new notes; several texts become lines.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The new notes as a whole.")]
    [Parameter(ParameterSetName = GroupSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The new notes as a whole.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true, HelpMessage = "The new notes as a whole.")]
    [AllowEmptyString, AllowEmptyCollection]
    public string[]? Text { get; set; }

    /// <summary>Whether to write the new notes.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <summary>Whether to write even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override bool NeedsDatastore => true;

    protected override void Process()
    {
        // A datastore or a namespace alone would select all its groups.
        bool isGroupGiven = Datastore?.All(reference => reference.Part.Group is not null) == true;
        isGroupGiven |= BackupType is not null && BackupId is not null;
        if (ParameterSetName != FilterSet || isGroupGiven) base.Process();
        else
        {
            Attempt(
                null,
                () => throw new PbsArgumentException(
                    PbsErrorId.GroupRequired,
                    "it is not said which group or snapshot is to have these notes; -BackupType and -BackupId, -Group, "
                        + "or -Snapshot say so"));
        }
    }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        string text = string.Join('\n', Text!);
        if (NamesSnapshots(selection))
        {
            foreach (SnapshotPath snapshot in Paths(engine, store, selection))
            {
                Attempt(snapshot.ToString(), () => Change(
                    engine.Notes.CheckSnapshotNoteChange(store, snapshot),
                    text,
                    () => engine.Notes.SetSnapshotNote(store, snapshot, text, Force, StopToken)));
            }

            return;
        }

        foreach ((BackupNamespace ns, GroupPath group) in GroupPaths(engine, store, selection))
        {
            Attempt(group.ToString(), () => Change(
                engine.Notes.CheckGroupNoteChange(store, ns, group),
                text,
                () => engine.Notes.SetGroupNote(store, ns, group, text, Force, StopToken)));
        }
    }

    private void Change(NoteInfo old, string text, Func<NoteInfo> change)
    {
        if (!ShouldProcess(
            $"{old} in {old.Datastore}",
            $"Change notes from '{FirstLine(old.Text)}' to '{FirstLine(text)}'"))
        {
            return;
        }

        NoteInfo changed = change();
        if (PassThru) WriteObject(changed);
    }

    private static string FirstLine(string text)
    {
        string first = text.Split('\n', 2)[0].TrimEnd('\r');
        return first.Length == text.Length ? first : first + " …";
    }
}
