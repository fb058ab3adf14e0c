using PbsModule.Core.Formats;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Storage;

/// <summary>Reads one snapshot's manifest as a whole.</summary>
internal static class ManifestFileReader
{
    /// <exception cref="PbsNotFoundException">The snapshot or its manifest is not there.</exception>
    /// <exception cref="PbsFormatException">The manifest is damaged; the message is PBS's.</exception>
    /// <exception cref="PbsException">It cannot be read.</exception>
    public static Manifest Read(GroupFolder group, TimeFolder time)
    {
        Span<byte> name = stackalloc byte[TimeFolder.MaxNameLength];
        Folder? folder = null;
        var place = new SnapshotPlace(group, time);
        int error = group.Folder.OpenFolder(name[..time.WriteName(name)], ref folder);
        if (error != 0) throw ManifestBlob.Missing(error, place);
        using Folder opened = folder!;
        using var blob = new ManifestBlob();
        PbsException? failure = blob.TryRead(opened, place, out Manifest? manifest);
        return failure is null ? manifest! : throw failure;
    }
}
