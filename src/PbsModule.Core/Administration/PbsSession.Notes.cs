using System.Text;
using PbsModule.Core.Formats;
using PbsModule.Core.Interop;
using PbsModule.Core.Storage;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    private const int LongestGroupNotes = 64 << 20;

    /// <summary>The notes of a snapshot, out of its manifest; an empty text where there are none.</summary>
    /// <exception cref="PbsNotFoundException">The snapshot is not there, or has no manifest (<see cref="PbsErrorId.ManifestMissing"/>).</exception>
    /// <exception cref="PbsFormatException">Its manifest is damaged.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered.</exception>
    public NoteInfo GetSnapshotNote(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.GetNotes, store, snapshot.Namespace, snapshot.Group);
        if (!SnapshotLookup.TryFind(new SnapshotTimes(), passage.Group, snapshot.Time, out TimeFolder time)) throw SnapshotLookup.NotFound(passage.Group.Store, snapshot);
        Manifest manifest = ManifestFileReader.Read(passage.Group, time);
        return new NoteInfo(passage.Identity, snapshot.Time, manifest.Notes ?? "");
    }

    /// <summary>The notes of a group; an empty text where there are none.</summary>
    /// <exception cref="PbsNotFoundException">The group is not there.</exception>
    /// <exception cref="PbsException">The store or the group cannot be entered, or the notes not be read.</exception>
    public NoteInfo GetGroupNote(DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        using GroupPassage passage = _gate.EnterGroup(Entries.GetNotes, store, ns, group);
        var content = new FileContent();
        int error = passage.Group.Folder.ReadFile("notes"u8, content, LongestGroupNotes);
        if (error is not (0 or OsError.ENOENT))
        {
            string path = Path.Combine(passage.Group.FullPath, "notes");
            throw new PbsStorageException(PbsErrorId.FileUnreadable, $"unable to read {PathText.Quote(path)} - {OsError.Describe(error)}", path);
        }

        return new NoteInfo(passage.Identity, null, Encoding.UTF8.GetString(content.Bytes));
    }
}
