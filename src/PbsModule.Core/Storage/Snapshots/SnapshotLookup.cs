using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Storage.Snapshots;

/// <summary>One snapshot of a group, by its time.</summary>
internal static class SnapshotLookup
{
    /// <summary>Finds its folder, however ':' is spelled on this file system.</summary>
    /// <exception cref="PbsConflictException">A symbolic link is in its place.</exception>
    public static bool TryFind(SnapshotTimes times, GroupFolder group, long time, out TimeFolder folder)
    {
        folder = new TimeFolder(time, Colons: 0);
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        if (group.Folder.KindOf(name[..folder.WriteName(name)], out EntryKind kind) == 0)
        {
            if (kind == EntryKind.Folder) return true;
            if (kind == EntryKind.Link)
            {
                string path = Path.Combine(group.FullPath, folder.ToString());
                throw new PbsConflictException(
                    PbsErrorId.SymbolicLinkRefused,
                    WalkProblem.Link(path, "snapshot").Message,
                    path);
            }
        }

        TimeFolder[] all = times.Read(group, out _);
        int at = Array.FindIndex(all, candidate => candidate.Time == time);
        if (at >= 0) folder = all[at];
        return at >= 0;
    }

    /// <summary>The folder of a snapshot of a group.</summary>
    /// <exception cref="PbsNotFoundException">The snapshot does not exist.</exception>
    /// <exception cref="PbsConflictException">A symbolic link is in its place.</exception>
    /// <exception cref="PbsStorageException">The store itself is gone.</exception>
    public static TimeFolder Find(GroupFolder group, SnapshotPath snapshot) =>
        TryFind(new SnapshotTimes(), group, snapshot.Time, out TimeFolder time)
            ? time
            : throw NotFound(group.Store, snapshot);

    /// <summary>The error for a snapshot that does not exist, or whose store is gone.</summary>
    public static PbsException NotFound(Datastore store, SnapshotPath path) =>
        store.WhyLost() ?? new PbsNotFoundException(
            PbsErrorId.SnapshotNotFound,
            $"there is no snapshot '{path.LocalText}' in {store.Describe(path.Namespace)}",
            path.ToString());
}
