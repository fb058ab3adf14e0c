using System.Management.Automation;
using PbsModule.Cmdlets;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Notes;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Shows the notes of groups, or of snapshots if a time or a snapshot is given.</summary>
[Cmdlet(VerbsCommon.Get, "PbsNote", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(NoteInfo))]
public sealed class GetPbsNoteCommand : PbsSnapshotCmdlet
{
    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        if (NamesSnapshots(selection))
        {
            foreach (SnapshotPath snapshot in Paths(engine, store, selection))
            {
                Attempt(snapshot.ToString(), () => WriteAll([engine.Notes.GetSnapshotNote(store, snapshot)]));
            }

            return;
        }

        foreach (GroupInfo group in engine.Groups.List(store, selection, Report, StopToken))
        {
            var item = (IGroupItem)group;
            Attempt(group.ToString(), () => WriteAll([engine.Notes.GetGroupNote(store, item.Location, item.Group)]));
        }
    }
}
