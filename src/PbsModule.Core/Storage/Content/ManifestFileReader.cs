using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage.Raw;
using PbsModule.Core.Storage.Snapshots;

namespace PbsModule.Core.Storage.Content;

/// <summary>Reads one snapshot's manifest as a whole.</summary>
internal static class ManifestFileReader
{
    /// <param name="content">The snapshot.</param>
    /// <param name="onLost">
    /// Told why the manifest cannot be had, where <see cref="ManifestStandIn"/> takes its place; null where nothing
    /// may.
    /// </param>
    /// <exception cref="PbsNotFoundException">The snapshot or its manifest is not there.</exception>
    /// <exception cref="PbsFormatException">The manifest is damaged; the message is PBS's.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static Manifest Read(ISnapshotContent content, Action<SnapshotPath, PbsException>? onLost = null)
    {
        using var blob = new ManifestBlob();
        PbsException? failure = blob.TryRead(content, out Manifest? manifest);
        if (failure is null) return manifest!;
        if (onLost is null || failure is PbsPermissionException || ManifestStandIn.TryMake(content) is not { } standIn)
        {
            throw failure;
        }

        onLost(content.Snapshot, failure);
        return standIn;
    }

    /// <summary>Reads the manifest of a snapshot that is not locked.</summary>
    /// <param name="group">The group, open.</param>
    /// <param name="time">The snapshot's folder.</param>
    /// <exception cref="PbsException">As for <see cref="Read"/>.</exception>
    public static Manifest ReadUnlocked(GroupFolder group, TimeFolder time)
    {
        using var content = new FolderContent(group, time);
        return Read(content);
    }
}
