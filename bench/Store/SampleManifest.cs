using PbsModule.Core.Formats;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Tasks;

namespace PbsModule.Bench.Store;

/// <summary>Makes the manifest of a written snapshot.</summary>
internal static class SampleManifest
{
    public static Manifest Create(StorePlan plan, int group, int snapshot, Digest checksum)
    {
        GroupPath path = StorePlan.Group(group);
        long time = plan.Time(group, snapshot);
        var archive = new ManifestFile(StorePlan.Archive(path.Type), CryptMode.None, (ulong)plan.Chunks * StorePlan.ChunkSize, checksum);
        Manifest manifest = Manifest.Create(path.Type, path.Id, time, archive)
            .WithChunkUploadStats(new ChunkUploadStats(1, StorePlan.ChunkSize, StorePlan.ChunkSize * 57 / 100, 0));
        if (StorePlan.Notes(group, snapshot) is { } notes) manifest = manifest.WithNotes(notes);
        if (StorePlan.Verified(group, snapshot) is not { } outcome) return manifest;
        var task = new Upid("backup1", 1440, 74565, (ulong)((group * plan.Snapshots) + snapshot), time + 3600, "verificationjob", "bench:v-0815", "root@pam");
        return manifest.WithVerifyState(new SnapshotVerifyState(task, outcome));
    }
}
