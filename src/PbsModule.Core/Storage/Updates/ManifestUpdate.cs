using PbsModule.Core.Errors;
using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Json;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Locks;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Updates;

/// <summary>
/// The only change a manifest may see after its backup: under its lock it is read, what no signature covers is changed,
/// and it is written in PBS's text and replaced. A signature stays valid. For one thread at a time; buffers and encoder
/// are kept.
/// </summary>
/// <param name="locks">Takes the manifest's lock.</param>
/// <param name="mutations">The seam.</param>
internal sealed class ManifestUpdate(DatastoreLocks locks, IFileMutations mutations) : IDisposable
{
    private const int Mode = 0x1A4; // 0644
    private const string Failure = "unable to update manifest blob";

    private readonly ManifestBlob _reader = new();
    private readonly Lazy<ZstdEncoder> _zstd = new(() => new ZstdEncoder());

    /// <summary>Changes notes, verify state and the like of one snapshot.</summary>
    /// <param name="group">Its group, open.</param>
    /// <param name="time">Its folder.</param>
    /// <param name="change">Gives the manifest with other unprotected members; whatever else it changes is not
    /// written.</param>
    /// <param name="cancellation">Ends the wait for the lock.</param>
    /// <returns>The manifest as it is now.</returns>
    /// <exception cref="PbsLockedException">Somebody else kept the manifest locked for 5 s.</exception>
    /// <exception cref="PbsException">It is missing or damaged, or cannot be written: <c>unable to update manifest blob
    /// - …</c>.</exception>
    public Manifest Apply(
        GroupFolder group,
        TimeFolder time,
        Func<Manifest, Manifest> change,
        CancellationToken cancellation)
    {
        var place = new SnapshotPlace(group, time);
        string path = place.ManifestPath;
        try
        {
            using HeldLock held =
                locks.Manifest(new SnapshotPath(group.Namespace, group.Path, time.Time), place.Path, cancellation);
            Manifest old = Load(group, time, place);
            Manifest changed = old.WithUnprotected(change(old).Unprotected.AsObject() ?? JsonObject.Empty);
            byte[] blob = DataBlob.Encode(changed.ToText(), _zstd.Value);
            AtomicFile.Replace(mutations, path, blob, Mode, FileOwner.ForNewFilesIn(place.Path), Durability.Rename);
            return changed;
        }
        catch (OsErrorException e)
        {
            throw e.As(PbsErrorId.ManifestUnwritable, Failure, path);
        }
        catch (PbsException e)
        {
            throw Prefixed(e);
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        if (_zstd.IsValueCreated) _zstd.Value.Dispose();
    }

    private Manifest Load(GroupFolder group, TimeFolder time, in SnapshotPlace place)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? folder = null;
        int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref folder);
        if (error != 0) throw ManifestBlob.Missing(error, place);
        using Folder opened = folder!;
        return _reader.TryRead(opened, place, out Manifest? manifest) is { } failure ? throw failure : manifest!;
    }

    private static PbsException Prefixed(PbsException e)
    {
        string message = $"{Failure} - {(e is PbsFormatException format ? format.Reason : e.Message)}";
        return e switch
        {
            PbsFormatException f => new PbsFormatException(e.ErrorId, message, f.Offset, f.File, e),
            PbsLockedException => new PbsLockedException(e.ErrorId, message, e.Target, e),
            PbsNotFoundException => new PbsNotFoundException(e.ErrorId, message, e.Target, e),
            PbsPermissionException => new PbsPermissionException(e.ErrorId, message, e.Target, e),
            PbsStorageException => new PbsStorageException(e.ErrorId, message, e.Target, e),
            _ => e,
        };
    }
}
