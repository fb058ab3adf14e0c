using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Indexes;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Verify;

/// <summary>A snapshot in the folder of a datastore, to be verified under its shared lock.</summary>
/// <param name="group">Its group; held until the end.</param>
/// <param name="time">Its folder.</param>
/// <param name="locks">Takes the lock.</param>
internal sealed class VerifiedFolder(GroupFolder group, TimeFolder time, VerifyLocks locks) : IVerifiedSnapshot
{
    private readonly GroupFolder _group = group.Hold();

    public GroupFolder Group => _group;

    public TimeFolder Time { get; } = time;

    public SnapshotPath Path { get; } = new(group.Namespace, group.Path, time.Time);

    /// <inheritdoc cref="FolderContent.Reads"/>
    public Func<string, ReadAt, ReadAt>? Reads { get; init; }

    public ISnapshotContent? Open(out VerifyRefusal? refusal)
    {
        Folder? folder = OpenFolder(out refusal);
        if (folder is null) return null;
        HeldLock? held = null;
        try
        {
            held = TakeLock(folder, out refusal);
            return held is null ? null : new FolderContent(_group, Time, held, folder) { Reads = Reads };
        }
        finally
        {
            if (held is null) folder.Dispose();
        }
    }

    public void Dispose() => _group.Dispose();

    private Folder? OpenFolder(out VerifyRefusal? refusal)
    {
        refusal = null;
        Folder? folder = null;
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        int error = _group.Folder.OpenFolder(name[..Time.WriteName(name)], ref folder);
        if (error == 0) return folder;
        folder?.Dispose();
        var place = new SnapshotPlace(_group, Time);
        Exhaustion.ThrowIf(error, place.Path);
        refusal = error != OsError.ENOENT ? VerifyRefusal.OfManifest(ManifestBlob.Missing(error, place))
            : _group.Store.WhyLost() is { } lost ? VerifyRefusal.OfManifest(lost)
            : new VerifyRefusal(true, "snapshot does not exist (anymore).", "", null);
        return null;
    }

    private HeldLock? TakeLock(Folder folder, out VerifyRefusal? refusal)
    {
        refusal = null;
        try
        {
            return locks.Take(_group, Time, folder);
        }
        catch (PbsException e)
        {
            Exhaustion.ThrowIf(e);
            string reason = $"could not acquire snapshot lock: {e.Message}";

            // In use, or gone meanwhile. All else stays in the way, and a run that passes over it would look like a
            // good one for ever.
            refusal = new VerifyRefusal(e is PbsLockedException || IsGone(), reason, reason, e);
            return null;
        }
    }

    /// <summary>Whether its folder has gone out of a store that is still there.</summary>
    private bool IsGone()
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        return _group.Folder.KindOf(name[..Time.WriteName(name)], out _) == OsError.ENOENT
            && _group.Store.WhyLost() is null;
    }
}
