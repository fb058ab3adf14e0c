using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Content;

/// <summary>Reads one snapshot's manifest as a whole.</summary>
internal static class ManifestFileReader
{
    /// <param name="group">The group, open.</param>
    /// <param name="time">The snapshot's folder.</param>
    /// <param name="onLost">
    /// Told why the manifest cannot be had, where <see cref="ManifestStandIn"/> takes its place; null where nothing
    /// may.
    /// </param>
    /// <exception cref="PbsNotFoundException">The snapshot or its manifest is not there.</exception>
    /// <exception cref="PbsFormatException">The manifest is damaged; the message is PBS's.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static Manifest Read(GroupFolder group, TimeFolder time, Action<SnapshotPath, PbsException>? onLost = null)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? folder = null;
        var place = new SnapshotPlace(group, time);
        int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref folder);
        if (error != 0) throw ManifestBlob.Missing(error, place);
        using Folder opened = folder!;
        using var blob = new ManifestBlob();
        PbsException? failure = blob.TryRead(opened, place, out Manifest? manifest);
        if (failure is null) return manifest!;
        if (onLost is null
            || failure is PbsPermissionException
            || ManifestStandIn.TryMake(group, time) is not { } standIn)
        {
            throw failure;
        }

        onLost(new SnapshotPath(group.Namespace, group.Path, time.Time), failure);
        return standIn;
    }
}
