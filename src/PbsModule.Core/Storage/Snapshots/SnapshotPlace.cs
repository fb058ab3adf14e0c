namespace PbsModule.Core.Storage.Snapshots;

/// <summary>Where a snapshot is; its path is only put together for those that something is wrong with.</summary>
internal readonly struct SnapshotPlace(GroupFolder group, TimeFolder time)
{
    public string Path => System.IO.Path.Combine(group.FullPath, time.ToString());

    public string ManifestPath => System.IO.Path.Combine(Path, ManifestBlob.FileName);
}
