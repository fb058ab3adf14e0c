using System.Text;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Content;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Updates;

namespace PbsModule.Core.Features.Notes;

/// <summary>Reads and changes the notes of groups and snapshots.</summary>
public sealed class NoteService
{
    private readonly ServiceScope _scope;

    internal NoteService(ServiceScope scope) => _scope = scope;

    private const int LongestGroupNotes = 64 << 20;

    /// <summary>Returns the notes of a snapshot from its manifest; an empty text if there are none.</summary>
    /// <exception cref="PbsNotFoundException">
    /// The snapshot does not exist, or has no manifest (<see cref="PbsErrorId.ManifestMissing"/>).
    /// </exception>
    /// <exception cref="PbsFormatException">Its manifest is damaged.</exception>
    /// <exception cref="PbsException">Access to the store or the group is refused.</exception>
    public NoteInfo GetSnapshotNote(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.GetNotes, store, snapshot.Namespace, snapshot.Group);
        Manifest manifest = ManifestFileReader.ReadUnlocked(grant.Group, SnapshotLookup.Find(grant.Group, snapshot));
        return new NoteInfo(grant.Identity, snapshot.Time, manifest.Notes ?? "");
    }

    /// <summary>Returns the notes of a group; an empty text if there are none.</summary>
    /// <exception cref="PbsNotFoundException">The group does not exist.</exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused, or the notes cannot be read.
    /// </exception>
    public NoteInfo GetGroupNote(DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.GetNotes, store, ns, group);
        return new NoteInfo(grant.Identity, null, TextOf(grant.Group));
    }

    /// <summary>
    /// Checks that a snapshot's notes can be changed as <see cref="SetSnapshotNote"/> does, without changing anything.
    /// </summary>
    /// <returns>The current notes.</returns>
    /// <exception cref="PbsException">As for <see cref="SetSnapshotNote"/>.</exception>
    public NoteInfo CheckSnapshotNoteChange(DatastoreContext store, SnapshotPath snapshot)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.SetNotes, store, snapshot.Namespace, snapshot.Group);
        Manifest manifest = ManifestFileReader.ReadUnlocked(grant.Group, SnapshotLookup.Find(grant.Group, snapshot));
        return new NoteInfo(grant.Identity, snapshot.Time, manifest.Notes ?? "");
    }

    /// <summary>
    /// Replaces the notes of a snapshot in its manifest, under the manifest's lock. Source: PBS PUT notes.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="text">The complete new notes; an empty text is stored as such.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait for the lock.</param>
    /// <returns>The new notes.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The snapshot does not exist, or has no manifest.</exception>
    /// <exception cref="PbsLockedException">
    /// The manifest is locked, or PBS's locks cannot be seen from here and the change is not forced.
    /// </exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused; or <c>unable to update manifest blob - …</c>, and the old notes
    /// remain.
    /// </exception>
    public NoteInfo SetSnapshotNote(
        DatastoreContext store,
        SnapshotPath snapshot,
        string text,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing = _scope.Gate.EnterGroupToWrite(
            Entries.SetNotes,
            store,
            snapshot.Namespace,
            snapshot.Group,
            force,
            _scope.Engine.Mutations,
            cancellation);
        using var update = new ManifestUpdate(writing.Locks, writing.Mutations);
        Manifest changed = update.Apply(
            writing.Group,
            SnapshotLookup.Find(writing.Group, snapshot),
            manifest => manifest.WithNotes(text),
            cancellation);
        return new NoteInfo(writing.Identity, snapshot.Time, changed.Notes ?? "");
    }

    /// <summary>
    /// Checks that a group's notes can be changed as <see cref="SetGroupNote"/> does, without changing anything.
    /// </summary>
    /// <returns>The current notes.</returns>
    /// <exception cref="PbsException">As for <see cref="SetGroupNote"/>.</exception>
    public NoteInfo CheckGroupNoteChange(DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        using GroupGrant grant = _scope.Gate.EnterGroup(Entries.SetNotes, store, ns, group);
        return new NoteInfo(grant.Identity, null, TextOf(grant.Group));
    }

    /// <summary>
    /// Replaces the notes of a group. The file is replaced as a whole, under the group's lock where the server takes it
    /// (<see cref="GroupChangeLock"/>). Source: PBS PUT group-notes.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="ns">Namespace of the group.</param>
    /// <param name="group">The group.</param>
    /// <param name="text">The complete new notes; an empty text is stored as such.</param>
    /// <param name="force">Whether to write even where PBS's locks cannot be seen.</param>
    /// <param name="cancellation">Cancels the wait.</param>
    /// <returns>The new notes.</returns>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Modify nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">The namespace or the group does not exist.</exception>
    /// <exception cref="PbsLockedException">
    /// A backup of the group is running; or PBS's locks cannot be seen from here, and it is not forced.
    /// </exception>
    /// <exception cref="PbsException">
    /// Access to the store or the group is refused, or the notes cannot be written; the old notes then remain.
    /// </exception>
    public NoteInfo SetGroupNote(
        DatastoreContext store,
        BackupNamespace ns,
        GroupPath group,
        string text,
        bool force,
        CancellationToken cancellation)
    {
        using GroupWriteGrant writing =
            _scope.Gate.EnterGroupToWrite(
                Entries.SetNotes,
                store,
                ns,
                group,
                force,
                _scope.Engine.Mutations,
                cancellation);
        using HeldLock? held = writing.Locks.GroupToChange(writing.Group);
        GroupNotes.Replace(writing.Mutations, writing.Group.FullPath, text);
        return new NoteInfo(writing.Identity, null, text);
    }

    private static string TextOf(GroupFolder group)
    {
        var content = new FileContent();
        int error = group.Folder.ReadFile("notes"u8, content, LongestGroupNotes);
        if (error is not (0 or OsError.ENOENT))
        {
            string path = Path.Combine(group.FullPath, "notes");
            throw new PbsStorageException(
                PbsErrorId.FileUnreadable,
                $"unable to read {PathText.Quote(path)} - {OsError.Describe(error)}",
                path);
        }

        return Encoding.UTF8.GetString(content.Bytes);
    }
}
